import { Artifact, CairnError } from '@cairn/sdk';

const model = new Artifact('model');
try {
  await model.addReference('gs://bucket/model.h5');
} catch (error) {
  if (!CairnError.is(error)) throw error;
  console.log(error.code, error.hint);
}

// A scheme that nobody knows is recorded by its URI alone, under the name that it is given.
const [entry] = await model.addReference('foo://bucket/model.h5', { name: 'model.h5' });
console.log(entry?.digest);
