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

/** The server of S3 that the environment names, such as S3 itself. */
export function namedS3Place(): S3Place | undefined {
  const { CAIRN_TEST_S3_ENDPOINT: endpoint, CAIRN_TEST_S3_REGION: region = 'us-east-1' } = process.env;
  const { CAIRN_TEST_S3_ACCESS_KEY: accessKeyId = '', CAIRN_TEST_S3_SECRET_KEY: secretAccessKey = '' } =
    process.env;
  return endpoint === undefined
    ? undefined
    : { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
}

/** The server of Cloud Storage that the environment names. */
export function namedGsPlace(): GsPlace | undefined {
  const { CAIRN_TEST_GCS_ENDPOINT: endpoint } = process.env;
  return endpoint === undefined ? undefined : { endpoint };
}
