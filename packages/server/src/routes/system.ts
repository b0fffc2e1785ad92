import { serverInfo } from '@cairn/remote/protocol';
import * as v from 'valibot';
import { type AnyRoute, route } from '../route.js';
import { anyKey, everybody } from '../rule.js';
import { version } from '../version.js';
import { gives, ok } from './answers.js';

const health = v.object({ status: v.picklist(['ok', 'closing', 'unavailable']) });

export const infoRoute: AnyRoute = route({
  method: 'GET',
  path: '/',
  name: 'info',
  summary: 'What this server is.',
  rule: everybody,
  answers: [gives(serverInfo, 'What it is, and what its store is.')],
  async handle({ services: { store, hasDirectDownloads: downloads, hasDirectUploads: uploads } }) {
    const { algorithm, chunker } = store.format;
    return ok({ server: 'cairn', version, api: 1, algorithm, chunker, direct: { downloads, uploads } });
  },
});

/** What those who run a server look at. */
export const systemRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/healthz',
    name: 'health',
    summary: 'Whether the process answers. If it does not, start it anew.',
    rule: everybody,
    isProbe: true,
    answers: [gives(health, 'It does.')],
    async handle() {
      return ok({ status: 'ok' });
    },
  }),
  route({
    method: 'GET',
    path: '/readyz',
    name: 'ready',
    summary: 'Whether requests should be sent here: not while the server stops, or its database is away.',
    rule: everybody,
    isProbe: true,
    answers: [gives(health, 'They should.'), gives(health, 'They should not.', 503)],
    async handle({ services: { store, isClosing } }) {
      if (isClosing()) return { status: 503, json: { status: 'closing' } };
      try {
        await store.access.hasAdmin();
      } catch {
        return { status: 503, json: { status: 'unavailable' } };
      }
      return ok({ status: 'ok' });
    },
  }),
  route({
    method: 'GET',
    path: '/metrics',
    name: 'metrics',
    summary: 'What Prometheus collects.',
    rule: anyKey,
    answers: [{ status: 200, description: 'Metrics.', type: 'text/plain' }],
    async handle({ services: { metrics } }) {
      return { status: 200, body: await metrics.text(), headers: { 'content-type': metrics.type } };
    },
  }),
];
