import type { CreatedKey, KeyRecord, Role, Scope, SeenProject } from '@cairn/store';
import * as v from 'valibot';
import { exact, shortText, time } from './basics.js';

/* What keys and projects look like in answers. */

type Schema<T> = v.GenericSchema<unknown, T>;

export const role: Schema<Role> = v.picklist(['read', 'write', 'admin']);
export const scope: Schema<Scope> = v.object({ entity: shortText, project: shortText, role });

export const keyRecord: Schema<KeyRecord> = exact<KeyRecord>(
  v.object({
    id: shortText,
    user: shortText,
    name: shortText,
    start: shortText,
    scopes: v.array(scope),
    createdBy: v.optional(shortText),
    createdAt: time,
    expiresAt: v.optional(time),
    revokedAt: v.optional(time),
    lastUsedAt: v.optional(time),
  }),
);

export const createdKey: Schema<CreatedKey> = v.object({ key: keyRecord, secret: shortText });

/** Who one is to a server. */
export interface WhoAmI {
  readonly user: string;
  /** Whether all projects and users are theirs to manage. */
  readonly isAdmin: boolean;
  readonly key: KeyRecord;
}

export const whoAmI: Schema<WhoAmI> = v.object({ user: shortText, isAdmin: v.boolean(), key: keyRecord });

export const seenProject: Schema<SeenProject> = v.object({ entity: shortText, project: shortText, role });
