import { describe, expect, it } from 'vitest';
import { functionOf, type Right } from '../../lib/requests/requests.ts';
import { deployed } from './deployed.ts';

const rights = Object.keys(functionOf) as Right[];
const capital = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}`;

describe('the policies for people', () => {
  it.each(rights)('%s allows to invoke its own function and nothing else', (right) => {
    expect(deployed()[`${capital(right)}Policy`]?.Properties).toMatchObject({
      ManagedPolicyName: `hooksweep-dev-${right}`,
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'lambda:InvokeFunction',
            Resource: { 'Fn::GetAtt': [`${capital(functionOf[right])}LambdaFunction`, 'Arn'] },
          },
        ],
      },
    });
  });

  it('name functions as the command line calls them', () => {
    for (const right of rights)
      expect(deployed()[`${capital(functionOf[right])}LambdaFunction`]?.Properties.FunctionName).toBe(
        `hooksweep-dev-${functionOf[right]}`,
      );
  });
});
