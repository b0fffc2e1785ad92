import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// Each step is a process of its own, as in a real pipeline: all they share is the store.
const env = { CAIRN_STORE: '.cairn', CAIRN_PROJECT: 'weather', ...process.env };
const store = env.CAIRN_STORE;

for (const step of ['preprocess', 'train', 'evaluate']) {
  console.log(`\n${step}`);
  const script = fileURLToPath(new URL(`./${step}.js`, import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
const place = URL.canParse(store) ? `at ${store}` : `in ${store} beside this package`;
console.log(`\nThe history is ${place}. Run it again: nothing new will be stored.`);
