import { document, element, text } from './xml.js';

/** Why a request is refused, as S3 says it. Thrown by the operations, sent by the server. */
export class S3Failure extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, headers: Readonly<Record<string, string>> = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  toXml(resource: string): string {
    return document(
      'Error',
      element('Code', this.code),
      element('Message', `The double refuses: ${this.code}`),
      element('Resource', text(resource)),
    ).replace(/ xmlns="[^"]*"/, '');
  }
}
