import { createdKey, keyRecord, role, scope, seenProject, whoAmI } from '@cairn/remote/protocol';
import type { AuditEntry, Member, Role, Scope, UserRecord } from '@cairn/store';
import * as v from 'valibot';

export { createdKey, keyRecord, seenProject, whoAmI };

/* What management asks and answers. Whether a name is one is said by core's checks, with a code of its own. */

type Schema<T> = v.GenericSchema<unknown, T>;

/** An object whose optional members are left out, never `undefined`, as the interfaces of the store want it. */
function exact<T>(schema: v.GenericSchema<unknown, unknown>): Schema<T> {
  return schema as Schema<T>;
}

const text = v.pipe(v.string(), v.maxLength(4096));
const countText = v.pipe(v.string(), v.regex(/^[0-9]{1,15}$/), v.transform(Number));
const scopes = v.pipe(v.array(scope), v.maxLength(100));

export interface NewKeyBody {
  /** Default: who asks. */
  readonly user?: string | undefined;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: string | undefined;
}

export const newKeyBody: Schema<NewKeyBody> = v.object({
  user: v.optional(text),
  name: text,
  scopes,
  expiresAt: v.optional(text),
});

export interface PageParams {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

const page = { after: v.optional(text), limit: v.optional(countText) };
export const pageParams: Schema<PageParams> = v.object(page);

export const keyParams: Schema<PageParams & { readonly user?: string | undefined }> = v.object({
  user: v.optional(text),
  ...page,
});

export const userRecord: Schema<UserRecord> = exact<UserRecord>(
  v.object({ name: text, isAdmin: v.boolean(), disabledAt: v.optional(text), createdAt: text }),
);

export const newUserBody: Schema<{ readonly name: string; readonly isAdmin?: boolean | undefined }> =
  v.object({
    name: text,
    isAdmin: v.optional(v.boolean()),
  });

export interface UserChange {
  readonly isAdmin?: boolean | undefined;
  readonly isDisabled?: boolean | undefined;
}

export const userChange: Schema<UserChange> = v.object({
  isAdmin: v.optional(v.boolean()),
  isDisabled: v.optional(v.boolean()),
});

export const member: Schema<Member> = v.object({ entity: text, user: text, role });
export const memberBody: Schema<{ readonly role: Role }> = v.object({ role });

export const projectParams: Schema<PageParams & { readonly entity?: string | undefined }> = v.object({
  entity: v.optional(text),
  ...page,
});
export const projectRecord: Schema<{ readonly entity: string; readonly project: string }> = v.object({
  entity: text,
  project: text,
});

export const auditEntry: Schema<AuditEntry> = exact<AuditEntry>(
  v.object({
    id: v.number(),
    at: text,
    user: v.optional(text),
    keyId: v.optional(text),
    action: text,
    target: v.optional(text),
    entity: v.optional(text),
    project: v.optional(text),
    outcome: v.picklist(['done', 'refused', 'failed']),
    requestId: v.optional(text),
  }),
);

export interface AuditParams {
  readonly user?: string | undefined;
  readonly keyId?: string | undefined;
  readonly action?: string | undefined;
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
}

export const auditParams: Schema<AuditParams> = v.object({
  user: v.optional(text),
  keyId: v.optional(text),
  action: v.optional(text),
  after: v.optional(countText),
  limit: v.optional(countText),
});

export interface SetupBody {
  readonly token: string;
  readonly user: string;
  readonly keyName?: string | undefined;
}

export const setupBody: Schema<SetupBody> = v.object({ token: text, user: text, keyName: v.optional(text) });
