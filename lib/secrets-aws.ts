import type { Clock } from './clock.ts';
import { awsReaders } from './credentials-aws.ts';
import { isBelow, parseReference, restoreFolders } from './policy/reference.ts';
import { type SecretStore, secretStore } from './secrets.ts';

/**
 * The secrets of restores on AWS, below two names of their own. Whoever decides names what is read and where it is sent, so
 * nothing else may be read on their word: neither a provider's credential nor a secret that came back.
 *
 * @param prefix of the stage, under which its credentials are
 * @param learn is told every value, so that no line of the log holds one
 */
export const awsSecrets = (prefix: string, clock: Clock, learn: (values: readonly string[]) => void): SecretStore => {
  const [given, issued] = [`${prefix}/${restoreFolders.given}`, `${prefix}/${restoreFolders.issued}`];
  // The client is loaded with the first new secret: most functions never see one.
  const parameters = async () => (await import('./secrets-ssm.ts')).parameters();
  let opened: ReturnType<typeof parameters> | undefined;
  const client = () => {
    opened ??= parameters();
    return opened;
  };
  return secretStore({
    forms: { reference: `ssm:/${given}/NAME`, place: `ssm:/${issued}/NAME` },
    reads: (reference) => isBelow(reference, given),
    nameOf: (place) => {
      const reference = parseReference(place);
      return reference?.source === 'ssm' && isBelow(reference, issued) ? reference.name : null;
    },
    read: async ({ source, name, key }) => {
      // Never remembered: somebody who puts it right and asks again means what stands there now.
      const reading = await awsReaders(clock)[source](name, key);
      if (reading.status === 'ok') learn([reading.value]);
      return reading;
    },
    create: async (name, text) => (await client()).create(name, text),
    look: async (name) => (await client()).look(name),
    overwrite: async (name, text) => {
      learn([text]);
      await (await client()).overwrite(name, text);
    },
  });
};
