import {
  CairnError,
  checkUri,
  entryNameOf,
  observeListed,
  quote,
  readAll,
  type StorageHandler,
  typedFailures,
} from '@cairn/core';
import { type HttpHandlerOptions, httpHandler } from '@cairn/http';

/** `endpoint` is the Hub's origin, by default `https://huggingface.co`. An access token for it goes into `headers`. */
export type HfHandlerOptions = HttpHandlerOptions & { readonly endpoint?: string };

/** What the Hub says of a commit, and of each file in it. */
type Commit = { readonly sha: string; readonly siblings: readonly HubFile[] };
type HubFile = { rfilename: string; size: number; blobId: string; lfs?: { sha256: string } };

/** Makes `hf://datasets/owner/repo@revision/path` work as a reference: to a file, a folder or a whole repository. */
export function hfHandler(options: HfHandlerOptions = {}): StorageHandler {
  const { endpoint = 'https://huggingface.co' } = options;
  const http = httpHandler(options);
  const observe: StorageHandler['observe'] = async function* (uri, { checksum = true, ...rest } = {}) {
    const { type, repo, revision, path } = parse(uri);
    if (!checksum) return yield { kind: 'object', path: entryNameOf(repo, path), uri, digest: `uri:${uri}` };
    const api = `${endpoint}/api/${type || 'models/'}${repo}/revision/${revision}?blobs=true`;
    const answer = http.open({ kind: 'reference', path: 'commit', uri: api, digest: `uri:${api}` }, rest);
    const { sha, siblings }: Commit = JSON.parse(new TextDecoder().decode(await readAll(answer)));
    const files = siblings.map(({ rfilename: key, size, blobId, lfs }) => {
      const digest = lfs ? (`sha256:${lfs.sha256}` as const) : (`git:${blobId}` as const);
      return { key, uri: `hf://${type}${repo}@${sha}/${key}`, digest, size };
    });
    yield* observeListed(uri, path, files, rest);
  };
  return {
    specVersion: 1,
    name: 'hf',
    schemes: ['hf'],
    observe: (uri, look) => typedFailures(uri, look?.signal, observe(uri, look)),
    async *open(reference, read) {
      const { type, repo, revision, path } = parse(reference.uri);
      const file = path.split('/').map(encodeURIComponent).join('/');
      const uri = `${endpoint}/${type}${repo}/resolve/${revision}/${file}`;
      // The commit in the URI pins every file, also those that the Hub has no SHA-256 of.
      const digest = reference.digest.startsWith('sha256:') ? reference.digest : (`uri:${uri}` as const);
      yield* http.open({ ...reference, uri, digest }, read);
    },
  };
}

const grammar = /^hf:\/\/(datasets\/|spaces\/|)(\w[\w.-]*\/\w[\w.-]*)(?:@(\w[\w.%-]*))?(?:\/(.*))?$/s;
function parse(uri: string) {
  const [whole, type = '', repo = '', revision = 'main', path = ''] = grammar.exec(checkUri(uri)) ?? [];
  // The path becomes a part of URLs, where such segments would lead out of the repository.
  if (whole && !/(^|\/)(\.\.?(\/|$)|\/)/.test(path)) return { type, repo, revision, path };
  throw new CairnError('uri_invalid', `${quote(uri)} names nothing on the Hub`, {
    hint: 'Write hf://datasets/owner/repo/path, or hf://owner/repo@revision/path for a model.',
  });
}
