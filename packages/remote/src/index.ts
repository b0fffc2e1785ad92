export type { Account } from './account/account.js';
export { openAccount } from './account/open-account.js';
export { type CacheReport, type CleanCacheOptions, cleanCache } from './cache/clean-cache.js';
export { openRemote } from './open-remote.js';
export type { ServerInfo, WhoAmI } from './protocol/index.js';
export type { OpenRemoteOptions, RemoteWorld } from './remote-options.js';
