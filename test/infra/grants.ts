import { deployed } from './deployed.ts';

type Statement = { Effect: string; Action: string | string[]; Resource: unknown; Condition?: unknown };

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

export const statementsOf = (role: string): Statement[] => {
  const policies = deployed()[`${role}Role`]?.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
};

/** `service:Action on Resource` for each action, the resource by its logical id. */
export const grantsOf = (role: string): string[] =>
  statementsOf(role).flatMap(({ Action, Resource }) =>
    list(Action).flatMap((action) =>
      list(Resource).map((resource) => {
        const { 'Fn::GetAtt': attribute, Ref, 'Fn::Sub': text } = resource as Record<string, string | string[]>;
        return `${action} on ${attribute?.[0] ?? Ref ?? text}`;
      }),
    ),
  );

export const actionsOf = (role: string): string[] =>
  [...new Set(statementsOf(role).flatMap(({ Action }) => list(Action)))].toSorted();
