/** Where an S3 server is, and who may use it. */
export interface S3Place {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Where a Cloud Storage server is. None of them asks for credentials. */
export interface GsPlace {
  readonly endpoint: string;
}

/** What the servers that are started here accept, and nothing else. */
export const s3Credentials: S3Place['credentials'] = {
  accessKeyId: 'cairn:test',
  secretAccessKey: 'cairn/test+secret',
};

/** What a client needs to reach a server of S3 that is started here. */
export function s3Place({ endpoint }: { readonly endpoint: string }): S3Place {
  return { endpoint, region: 'us-east-1', credentials: s3Credentials };
}
