// Makes the native hash look not installed: node --import ./.ci/hide-native-hash.mjs …
import { register } from 'node:module';

const hooks = `export function resolve(specifier, context, next) {
  if (!/@napi-rs[/\\\\]blake-hash/.test(specifier)) return next(specifier, context);
  throw Object.assign(new Error('hidden: ' + specifier), { code: 'ERR_MODULE_NOT_FOUND' });
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
