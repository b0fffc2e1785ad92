import { pageOf } from '@cairn/remote/protocol';
import { type AnyRoute, route } from '../route.js';
import { inEntity, serverAdmin } from '../rule.js';
import { created, done, gives, givesNothing, ok } from './answers.js';
import { pageFrom } from './page.js';
import { member, memberBody, newUserBody, pageParams, userChange, userRecord } from './schemas.js';

const memberPath = '/entities/:entity/members/:user';

/** Users, and what they may do where. */
export const peopleRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/users',
    name: 'listUsers',
    summary: 'Lists users, by name.',
    rule: serverAdmin,
    answers: [gives(pageOf(userRecord), 'Users.')],
    params: pageParams,
    async handle({ services: { store }, options }, { params: { after, limit } }) {
      const users = store.access.listUsers({ after }, options);
      return ok(await pageFrom(users, { limit, idOf: ({ name }) => name }));
    },
  }),
  route({
    method: 'POST',
    path: '/users',
    name: 'createUser',
    summary: 'Makes a user.',
    rule: serverAdmin,
    body: newUserBody,
    answers: [gives(userRecord, 'The user.', 201)],
    async handle({ services: { store }, actor, options }, { body }) {
      return created(await store.access.createUser(body, actor, options));
    },
  }),
  route({
    method: 'PATCH',
    path: '/users/:user',
    name: 'updateUser',
    summary: 'Makes a user a server admin or an ordinary one, and disables or enables them.',
    rule: serverAdmin,
    body: userChange,
    answers: [gives(userRecord, 'The user.')],
    async handle({ services: { store }, path, actor, options }, { body }) {
      return ok(await store.access.updateUser(path.user as string, body, actor, options));
    },
  }),
  route({
    method: 'GET',
    path: '/entities/:entity/members',
    name: 'listMembers',
    summary: 'Lists the members of an entity.',
    rule: inEntity('admin'),
    answers: [gives(pageOf(member), 'Members, by user.')],
    params: pageParams,
    async handle({ services: { store }, path, options }, { params }) {
      const entity = path.entity as string;
      const after = params.after === undefined ? undefined : { entity, user: params.after };
      const members = store.access.listMembers({ entity, after }, options);
      return ok(await pageFrom(members, { limit: params.limit, idOf: ({ user }) => user }));
    },
  }),
  route({
    method: 'PUT',
    path: memberPath,
    name: 'setMember',
    summary: 'Gives a user a role in an entity, or another one.',
    rule: inEntity('admin'),
    body: memberBody,
    answers: [givesNothing],
    async handle({ services: { store }, path, actor, options }, { body: { role } }) {
      const { entity, user } = path as { readonly entity: string; readonly user: string };
      await store.access.setMember({ entity, user, role }, actor, options);
      return done;
    },
  }),
  route({
    method: 'DELETE',
    path: memberPath,
    name: 'removeMember',
    summary: 'Takes a user out of an entity.',
    rule: inEntity('admin'),
    answers: [givesNothing],
    async handle({ services: { store }, path, actor, options }) {
      const { entity, user } = path as { readonly entity: string; readonly user: string };
      await store.access.removeMember({ entity, user }, actor, options);
      return done;
    },
  }),
];
