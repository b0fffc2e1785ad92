import { pageOf } from '@cairn/remote/protocol';
import { type AnyRoute, route } from '../route.js';
import { anyKey, everybody } from '../rule.js';
import { created, gives, ok } from './answers.js';
import { pageFrom } from './page.js';
import { createdKey, keyParams, keyRecord, newKeyBody, setupBody, whoAmI } from './schemas.js';

/** Who may do what with whose keys is said by the store, which also writes it down. */
export const keyRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/me',
    name: 'whoAmI',
    summary: 'Whose key this is, and what it opens.',
    rule: anyKey,
    answers: [gives(whoAmI, 'Who asks.')],
    async handle({ principal: { user, isAdmin, key } }) {
      return ok({ user, isAdmin, key });
    },
  }),
  route({
    method: 'POST',
    path: '/setup',
    name: 'setUp',
    summary: "Turns a one-time token into a server admin's key.",
    rule: everybody,
    body: setupBody,
    answers: [gives(createdKey, 'The key. Its secret is told this once.', 201)],
    async handle({ services: { store }, requestId, options }, { body: { token, ...request } }) {
      return created(await store.access.redeemBootstrapToken(token, request, { ...options, requestId }));
    },
  }),
  route({
    method: 'GET',
    path: '/keys',
    name: 'listKeys',
    summary: "Lists one's own keys; for server admins, anybody's.",
    rule: anyKey,
    params: keyParams,
    answers: [gives(pageOf(keyRecord), 'All keys, oldest first.')],
    async handle({ services: { store }, principal, options }, { params }) {
      const { user, after, limit } = params;
      const { isAdmin, user: own } = principal;
      if (!isAdmin && user !== undefined && user !== own) return ok({ items: [] });
      const keys = store.access.listKeys({ user: isAdmin ? user : own, after }, options);
      return ok(await pageFrom(keys, { limit, idOf: ({ id }) => id }));
    },
  }),
  route({
    method: 'POST',
    path: '/keys',
    name: 'createKey',
    summary: 'Makes a key.',
    rule: anyKey,
    body: newKeyBody,
    answers: [gives(createdKey, 'The key. Its secret is told this once.', 201)],
    async handle({ services: { store }, principal, actor, options }, { body }) {
      return created(
        await store.access.createKey({ ...body, user: body.user ?? principal.user }, actor, options),
      );
    },
  }),
  route({
    method: 'DELETE',
    path: '/keys/:keyId',
    name: 'revokeKey',
    summary: 'Ends a key at once.',
    rule: anyKey,
    answers: [gives(keyRecord, 'The key.')],
    async handle({ services: { store }, path, actor, options }) {
      return ok(await store.access.revokeKey(path.keyId as string, actor, options));
    },
  }),
];
