import { UsageError } from '../failure/usage-error.js';
import { isUrl, type Setting } from '../settings/settings.js';

/** `<server>/<entity>/<project>/artifacts/<type>/<name>/<version or alias>`, as a server's pages have it. */
const link =
  /^(?<server>https?:\/\/[^?#]+)\/(?<entity>[^/]+)\/(?<project>[^/]+)\/artifacts\/[^/]+\/(?<name>[^/?#]+)(?:\/(?<version>[^/?#]+))?\/?$/;

/**
 * What the link to a page of the store's server means as a name; another text stays as it is.
 *
 * A link to another server is refused: it may come from anybody, and the user's key would be sent there.
 *
 * @throws UsageError
 */
export function readLink(text: string, store: Setting | undefined): string {
  const { server = '', version, ...names } = link.exec(text)?.groups ?? {};
  if (server === '') return text;
  if (store === undefined || !isUrl(store.value) || store.value.replace(/\/+$/, '') !== server) {
    throw new UsageError(
      `the link leads to ${server}, which is not the store`,
      `If you trust it, add --host ${server}`,
    );
  }
  const { entity = '', project = '', name = '' } = names;
  const path = [entity, project, name].map(decodeURIComponent).join('/');
  return version === undefined ? path : `${path}:${decodeURIComponent(version)}`;
}
