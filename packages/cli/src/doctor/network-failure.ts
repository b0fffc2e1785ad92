import type { Check } from './check.js';

const certificateFixes: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'Renew the certificate on the server; if it is valid, set the clock of this machine.',
  CERT_NOT_YET_VALID: 'Set the clock of this machine; if it is right, look at the certificate on the server.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Use the host name that the certificate is for, or have it made for this one.',
};
const trust = 'If it is the right server, trust its authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem';

/** What the network's failure is about, and what may mend it. */
export function networkFailure(error: unknown, { hostname, protocol, host }: URL): Check {
  const code = codeOf(error);
  const wrong = (check: string, found: string, fix: string): Check => ({ check, ok: false, found, fix });
  if (code === 'ENOTFOUND') {
    return wrong('name', `no host is called ${hostname}`, 'Check the URL: cairn config get store');
  }
  if (code === 'EAI_AGAIN') {
    return wrong('name', `${hostname} can't be looked up now`, 'Check the network and its name server.');
  }
  if (code === 'ECONNREFUSED') {
    return wrong('server', `nothing listens at ${host}`, 'Start the server, or check the port in the URL.');
  }
  if (code === 'ETIMEDOUT') {
    return wrong('server', `${host} doesn't answer`, 'Check the network, and what firewalls are on the way.');
  }
  if (/CERT|SIGNATURE|ISSUER|CRL/.test(code)) {
    return wrong('certificate', `it can't be trusted (${code})`, certificateFixes[code] ?? trust);
  }
  if (/^(EPROTO|ERR_SSL)/.test(code)) {
    return wrong('certificate', `${host} speaks no TLS (${code})`, 'Check the URL: http:// or https://?');
  }
  const end = protocol === 'http:' && /ECONNRESET|HPE_/.test(code);
  const fix = end ? 'It may want https:// in the URL.' : 'Check the URL and the network.';
  return wrong('server', `the connection to ${host} failed (${code})`, fix);
}

/** Several addresses of a host fail together as one error, which has the code of the first. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
