import { createServer } from 'node:http';
import { onLoopback } from '../loopback.ts';

type Asked = { Name: string; Value?: string; Overwrite?: boolean; Type?: string; WithDecryption?: boolean };

export type ParameterStore = {
  url: string;
  values: Map<string, string>;
  /** What is refused, as a role without the right to it would be. */
  denied: Set<'GetParameter' | 'PutParameter'>;
};

/** Parameter Store with these values by name, on 127.0.0.1 until the test ends. All of them are secure strings. */
export const parameterStore = async (given: Readonly<Record<string, string>>): Promise<ParameterStore> => {
  const values = new Map(Object.entries(given));
  const denied: ParameterStore['denied'] = new Set();
  const actions: Record<string, (asked: Asked) => object> = {
    GetParameter: ({ Name, WithDecryption }) => {
      const Value = WithDecryption === true ? values.get(Name) : undefined;
      return Value === undefined ? { __type: 'ParameterNotFound' } : { Parameter: { Name, Value } };
    },
    PutParameter: ({ Name, Value = '', Overwrite, Type }) => {
      if (values.has(Name) && Overwrite !== true) return { __type: 'ParameterAlreadyExists' };
      if (Type !== 'SecureString') return { __type: 'InvalidParameterType' };
      values.set(Name, Value);
      return { Version: 1 };
    },
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const action = String(request.headers['x-amz-target']).replace('AmazonSSM.', '');
    const act = denied.has(action as 'GetParameter') ? undefined : actions[action];
    const answer = act?.(JSON.parse(Buffer.concat(chunks).toString('utf8'))) ?? { __type: 'AccessDeniedException' };
    response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  });
  return { url: await onLoopback(server), values, denied };
};
