import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publishFile } from '@cairn/file';
import * as v from 'valibot';
import type { Connection } from '../http/connection.js';
import { routes, type ServerInfo, serverInfo } from '../protocol/index.js';
import { make } from './cache-folder.js';

/** What a server said of itself. It never changes for one store, so it is asked once, and remembered in a folder. */
export async function getServerInfo(connection: Connection, folder: string): Promise<ServerInfo> {
  const known = await remembered(folder);
  if (known !== undefined) return known;
  const info = await connection.askJson({ route: routes.info }, serverInfo);
  if (await make(folder)) {
    const text = new TextEncoder().encode(`${JSON.stringify(info)}\n`);
    await publishFile(join(folder, infoName), [text]).catch(() => undefined);
  }
  return info;
}

/** Has the server be asked the next time: there may be another store behind its address. */
export async function forgetServerInfo(folder: string): Promise<void> {
  await rm(join(folder, infoName), { force: true }).catch(() => undefined);
}

const infoName = 'server.json';

async function remembered(folder: string): Promise<ServerInfo | undefined> {
  try {
    const found = v.safeParse(serverInfo, JSON.parse(await readFile(join(folder, infoName), 'utf8')));
    return found.success ? found.output : undefined;
  } catch {
    return undefined;
  }
}
