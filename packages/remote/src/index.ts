export { openRemote } from './open-remote.js';
export type { OpenRemoteOptions, RemoteWorld } from './remote-options.js';
