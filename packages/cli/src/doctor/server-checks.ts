import { parseJson } from '@cairn/core';
import type { WhoAmI } from '@cairn/remote';
import type { Scope } from '@cairn/store';
import { cliVersion } from '../cli-version.js';
import type { Invocation } from '../invocation.js';
import { durationText } from '../output/format.js';
import { scopeText } from '../server/key-list.js';
import { withAccount } from '../server/management.js';
import { type Check, look, type Wrong } from './check.js';
import { networkFailure } from './network-failure.js';
import { proxyFor, type Reached, reach } from './reach.js';
import { tryStorage } from './storage.js';

/** A clock that is further off than this makes keys and signed URLs end too early or too late, in milliseconds. */
const mostSkewMs = 60_000;
/** What ends sooner than this is worth a word now, in milliseconds. */
const soonMs = 7 * 24 * 3600 * 1000;
const seconds = 1000;

/** Looks at all that is between here and a server, and at what it lets the key do. What fails hides what comes behind it. */
export async function checkServer(invocation: Invocation, location: string): Promise<readonly Check[]> {
  const { env, signal } = invocation;
  const url = new URL(location);
  const checks: Check[] = [];
  const proxy = proxyFor(url, env);
  if (proxy === undefined) {
    let reached: Reached;
    try {
      reached = await reach(`${location}/api/v1/`, signal);
    } catch (error) {
      signal.throwIfAborted();
      return [networkFailure(error, url)];
    }
    checks.push({ check: 'name', ok: true, found: `${url.hostname} is ${reached.address}` });
    if (reached.certificate !== undefined) {
      const { certificate } = reached;
      checks.push(await look('certificate', async () => describeCertificate(certificate.valid_to)));
    }
    checks.push(await look('server', async () => describeVersion(reached, location)));
    checks.push(await look('clock', async () => describeClock(reached)));
  } else {
    checks.push({ check: 'proxy', ok: true, found: `${url.host} is asked through ${proxy}` });
    checks.push(await look('server', () => askThroughProxy(invocation, location)));
  }
  if (checks.some(({ check, ok }) => check === 'server' && !ok)) return checks;
  let me: WhoAmI | undefined;
  checks.push(
    await look('key', async () => {
      me = await withAccount(invocation, (account) => account.whoAmI({ signal }));
      return describeKey(me, invocation, location);
    }),
  );
  if (me !== undefined) checks.push(await look('storage', () => describeStorage(me as WhoAmI, invocation)));
  return checks;
}

function describeCertificate(validTo: string): string | Wrong {
  const end = new Date(validTo);
  if (end.getTime() - Date.now() > soonMs) return `trusted, until ${end.toISOString()}`;
  return { found: `it ends at ${end.toISOString()}`, fix: 'Renew it on the server.' };
}

function describeVersion({ status, body }: Reached, location: string): string | Wrong {
  const info = infoOf(body);
  if (status !== 200 || info === undefined) {
    return {
      found: `${location} answers ${status}, and not as a Cairn server does`,
      fix: 'Check the URL, with the path the server is mounted under: cairn config get store',
    };
  }
  const [theirs = '', ours = ''] = [info.version, cliVersion()];
  if (info.api === 1 && majorOf(theirs) === majorOf(ours)) return `${location} answers, version ${theirs}`;
  return {
    found: `${location} has version ${theirs}, this is ${ours}: they speak different APIs`,
    fix: `Take the version of the server: npm i -g @cairn/cli@${majorOf(theirs)}`,
  };
}

function infoOf(body: string): { version: string; api: unknown } | undefined {
  try {
    const info = parseJson(body) as { server?: unknown; version?: unknown; api?: unknown } | null;
    return info?.server === 'cairn' ? { version: String(info.version), api: info.api } : undefined;
  } catch {
    return undefined;
  }
}

/** What may differ between two versions that talk to each other is behind it; before 1.0 that is what follows the 0. */
function majorOf(version: string): string {
  return /^(0\.\d+|\d+)/.exec(version)?.[1] ?? '?';
}

async function askThroughProxy(invocation: Invocation, location: string): Promise<string> {
  const { version } = await withAccount(invocation, (account) => account.info({ signal: invocation.signal }));
  return `${location} answers, version ${version}`;
}

/** The server's clock was read between two looks at this one, and tells only seconds. */
export function describeClock({
  date,
  between: [start, end],
}: Pick<Reached, 'date' | 'between'>): string | Wrong {
  if (date === undefined) return 'the server says no time';
  const [behind, ahead] = [start - (date + seconds), date - end];
  const off = Math.max(behind, ahead);
  if (off <= mostSkewMs) return 'as that of the server';
  const how = `${durationText(Math.round(off / seconds))} ${ahead > behind ? 'ahead of' : 'behind'}`;
  return {
    found: `the server's clock is ${how} this one`,
    fix: 'Have both set by the network: timedatectl set-ntp true',
  };
}

function describeKey(
  { user, isAdmin, key }: WhoAmI,
  { settings }: Invocation,
  location: string,
): string | Wrong {
  const scopes = key.scopes.map(scopeText).join(', ');
  const end = key.expiresAt === undefined ? '' : `, until ${key.expiresAt}`;
  const found = `"${key.name}" of ${user}${isAdmin ? ' (server admin)' : ''}${end}, for ${scopes}`;
  if (key.expiresAt !== undefined && Date.parse(key.expiresAt) - Date.now() < soonMs) {
    return { found, fix: `It ends soon: make another with cairn key create, then cairn login ${location}` };
  }
  const { entity, project } = settings.values;
  if (
    project === undefined ||
    key.scopes.some((scope) => isIn(scope, entity?.value ?? 'local', project.value))
  ) {
    return found;
  }
  return {
    found,
    fix: `It opens nothing in ${entity?.value ?? 'local'}/${project.value}: choose another project with -e and -p, or key.`,
  };
}

function isIn(scope: Scope, entity: string, project: string): boolean {
  return [entity, '*'].includes(scope.entity) && [project, '*'].includes(scope.project);
}

async function describeStorage(
  { key }: WhoAmI,
  { settings, workspace, env, signal }: Invocation,
): Promise<string | Wrong> {
  const [entity, project] = [settings.values.entity?.value ?? 'local', settings.values.project?.value];
  if (project === undefined) return 'not tried: no project is set; say one with -p';
  if (!key.scopes.some((scope) => scope.role !== 'read' && isIn(scope, entity, project))) {
    return `not tried: the key may not write in ${entity}/${project}`;
  }
  const { store: url = '', apiKey = env.CAIRN_API_KEY || undefined } = workspace();
  const { openRemote } = await import('@cairn/remote');
  const store = await openRemote({ url, apiKey });
  try {
    return await tryStorage(store.blobsOf({ entity, project }), signal);
  } finally {
    await store.close();
  }
}
