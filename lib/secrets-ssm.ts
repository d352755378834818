import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { limits } from './limits.ts';

/** A module of its own, so that a function loads the client only for a new secret, and others never hold the code. */
export const parameters = () => {
  const client = new SSMClient({ requestHandler: { requestTimeout: limits.callTimeoutMs } });
  const put = (Name: string, Value: string, Overwrite: boolean) =>
    client.send(new PutParameterCommand({ Name, Value, Overwrite, Type: 'SecureString' }));
  return {
    create: async (name: string, text: string): Promise<boolean> => {
      try {
        await put(name, text, false);
        return true;
      } catch (error) {
        if ((error as Error).name === 'ParameterAlreadyExists') return false;
        throw error;
      }
    },
    look: async (name: string): Promise<string | undefined> =>
      (await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }))).Parameter?.Value,
    overwrite: (name: string, text: string) => put(name, text, true),
  };
};
