import { CairnError } from '@cairn/core';
import type { Storage } from '@google-cloud/storage';
import { statusOf } from './gs-error.js';

/**
 * Makes the function that gives a request its credentials, as the library would: none at an endpoint of one's own unless
 * that was asked for, and none where none are found, since public objects need none.
 */
export function authorizer(client: Storage): (url: string) => Promise<Record<string, string>> {
  let hasCredentials: Promise<boolean> | undefined;
  return async (url) => {
    if (client.customEndpoint && !client.useAuthWithCustomEndpoint) return {};
    hasCredentials ??= client.authClient.getClient().then(
      () => true,
      () => false,
    );
    if (!(await hasCredentials)) return {};
    try {
      return await client.authClient.getRequestHeaders(url);
    } catch (error) {
      const status = statusOf(error) ?? 0;
      if (status < 400) throw error;
      const cause = new Error(`the token server answers ${status}`);
      if (status >= 500) {
        // The library has asked again already.
        throw new CairnError('unavailable', "the token server of Cloud Storage doesn't work just now", {
          hint: 'Repeat the call.',
          cause,
        });
      }
      throw new CairnError('unauthenticated', "the credentials for Cloud Storage can't be renewed", {
        hint: 'Run `gcloud auth application-default login`, or check what GOOGLE_APPLICATION_CREDENTIALS names.',
        cause,
      });
    }
  };
}
