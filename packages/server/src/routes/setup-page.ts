import { createHash } from 'node:crypto';
import { type AnyRoute, route } from '../route.js';
import { everybody } from '../rule.js';

/** The token stands behind the `#` of the link, which browsers send to nobody. */
const script = `
const form = document.querySelector('form');
const answer = document.querySelector('output');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const token = location.hash.slice(1);
  const user = new FormData(form).get('user');
  const response = await fetch('api/v1/setup', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, user }),
  });
  const { secret, error } = await response.json();
  answer.textContent = secret ?? error.message;
  if (secret !== undefined) {
    form.hidden = true;
    history.replaceState(null, '', location.pathname);
  }
});
`;

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Set up Cairn</title>
<h1>Set up Cairn</h1>
<p>This link makes the first key of this server, once. Keep the key: it is shown only here, and opens everything.</p>
<form>
  <label>Your user name <input name="user" required pattern="[A-Za-z0-9_.\\-]{1,128}" value="admin"></label>
  <button>Make the key</button>
</form>
<pre><output></output></pre>
<script>${script}</script>
</html>
`;

const scriptHash = createHash('sha256').update(script).digest('base64');

export const setupPage: AnyRoute = route({
  method: 'GET',
  path: '/setup',
  name: 'setupPage',
  summary: 'The page that a one-time link leads to.',
  rule: everybody,
  answers: [{ status: 200, description: 'A page.', type: 'text/html' }],
  async handle() {
    return {
      status: 200,
      body: page,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; script-src 'sha256-${scriptHash}'; connect-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'`,
        'referrer-policy': 'no-referrer',
      },
    };
  },
});
