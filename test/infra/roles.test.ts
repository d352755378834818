import { describe, expect, it } from 'vitest';
import { bundledSources } from './bundled.ts';
import { deployed, ofType } from './deployed.ts';
import { actionsOf, grantsOf, statementsOf } from './grants.ts';

const functionNames = ['Scanner', 'Worker', 'Enqueue', 'Control', 'Audit'];
const writers = ['Scanner', 'Worker', 'Enqueue', 'Control'];
const readers = ['Scanner', 'Worker', 'Enqueue', 'Audit'];

/** IAM's word for a service or an action where it is not the SDK's. */
const services: Readonly<Record<string, string>> = { 'secrets-manager': 'secretsmanager' };
const unbatched = (command: string): string => command.replace(/(Message|Visibility)Batch$/, '$1');
/** The client holds it for endpoint discovery, which is off and of no use in DynamoDB itself. */
const neverSent = ['dynamodb:DescribeEndpoints'];

const isCommand = /@aws-sdk\/client-([\w-]+)\/dist-es\/commands\/(\w+)Command\.js$/;

/** What the code in the bundle can ask of AWS. */
const sent = (name: string): string[] =>
  bundledSources(name.toLowerCase()).flatMap((source) => {
    const [, client, command] = isCommand.exec(source) ?? [];
    return client && command ? [`${services[client] ?? client}:${unbatched(command)}`] : [];
  });

/** What Lambda asks with the function's role: to poll its queues and to write its log. */
const askedByLambda = (name: string): string[] => {
  const mappings = ofType(deployed(), 'AWS::Lambda::EventSourceMapping').filter(({ Properties }) =>
    JSON.stringify(Properties.FunctionName).includes(`"${name}LambdaFunction"`),
  );
  const polling = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
  return ['logs:CreateLogStream', 'logs:PutLogEvents', ...(mappings.length > 0 ? polling : [])];
};

const needed = (name: string): string[] => {
  const commands = sent(name).filter((action) => !neverSent.includes(action));
  const stores = commands.some((action) => /^(ssm|secretsmanager):/.test(action));
  return [...new Set([...commands, ...askedByLambda(name), ...(stores ? ['kms:Decrypt'] : [])])].toSorted();
};

describe('the role of each function', () => {
  it.each(functionNames)('%s allows what its bundle can send, no more and no less', (name) => {
    expect(actionsOf(name)).toEqual(needed(name));
  });

  it('names each action, and each resource of ours', () => {
    for (const grant of functionNames.flatMap(grantsOf)) {
      expect(grant).not.toMatch(/^[^ ]*\*/);
      expect(grant).not.toMatch(/ on (\*|undefined|arn:[^ ]*:(sqs|sns|lambda):)/);
    }
  });

  it('reaches one table, and of it two indexes', () => {
    for (const grant of functionNames.flatMap(grantsOf).filter((one) => one.startsWith('dynamodb:')))
      expect(grant).toMatch(
        /^dynamodb:(Query on .*:table\/hooksweep-dev-audit\/index\/(due|time)|(?!Query)\w+ on .*:table\/hooksweep-dev-audit)$/,
      );
  });

  it('never lets anybody delete, update in place or scan the table', () => {
    for (const grant of functionNames.flatMap(grantsOf))
      expect(grant).not.toMatch(/^dynamodb:(Delete|Update|Scan|BatchWrite|PartiQL)/);
  });

  it('lets only those write the table, or read credentials, who must', () => {
    const withAction = (action: RegExp) =>
      functionNames.filter((name) => actionsOf(name).some((one) => action.test(one)));
    expect(withAction(/^dynamodb:PutItem$/)).toEqual(writers);
    expect(withAction(/^(ssm|secretsmanager|kms):/)).toEqual(readers);
  });

  it('reads credentials of its own stage only, and decrypts only for the two stores', () => {
    for (const name of readers) {
      const reads = grantsOf(name).filter((grant) => /^(ssm|secretsmanager):Get/.test(grant));
      expect(reads).toHaveLength(2);
      for (const read of reads) expect(read).toMatch(/:(parameter\/|secret:)hooksweep\/dev\/\*$/);
      const [decrypt, ...others] = statementsOf(name).filter(({ Action }) => Action === 'kms:Decrypt');
      expect(others).toEqual([]);
      expect(JSON.stringify(decrypt?.Condition)).toMatch(
        /^\{"StringEquals":\{"kms:ViaService":\[.*ssm\..*secretsmanager\./,
      );
    }
  });

  it('writes secrets where those of restores go, and nowhere else', () => {
    for (const name of functionNames) {
      const writes = grantsOf(name).filter((grant) => /^(ssm|secretsmanager):(?!Get)/.test(grant));
      const own = [expect.stringMatching(/^ssm:PutParameter on .*:parameter\/hooksweep\/dev\/_issued\/\*$/)];
      expect([name, writes]).toEqual([name, ['Worker', 'Enqueue'].includes(name) ? own : []]);
    }
  });

  it('takes jobs as the worker, and drains the dead ones as the scanner', () => {
    expect(grantsOf('Worker')).toContain('sqs:ChangeMessageVisibility on JobsQueue');
    expect(grantsOf('Worker').join()).not.toMatch(/ScansQueue|DeadQueue/);
    expect(grantsOf('Scanner')).toContain('sqs:DeleteMessage on JobsDeadQueue');
    expect(grantsOf('Scanner')).not.toContain('sqs:ReceiveMessage on JobsQueue');
  });

  it('writes only to its own log group', () => {
    for (const name of functionNames) {
      const groups = grantsOf(name).filter((grant) => grant.startsWith('logs:'));
      expect(groups).toHaveLength(2);
      for (const group of groups)
        expect(group).toContain(`log-group:/aws/lambda/hooksweep-dev-${name.toLowerCase()}:*`);
    }
  });

  it('is taken by Lambda alone, and that of the schedule by the Scheduler of this AWS account, for the scanner alone', () => {
    for (const role of functionNames)
      expect(JSON.stringify(deployed()[`${role}Role`]?.Properties.AssumeRolePolicyDocument)).toContain(
        '"Principal":{"Service":"lambda.amazonaws.com"}',
      );
    expect(grantsOf('Schedule')).toEqual([
      expect.stringMatching(/^lambda:InvokeFunction on arn:.*:function:hooksweep-dev-scanner$/),
    ]);
    expect(JSON.stringify(deployed().ScheduleRole?.Properties.AssumeRolePolicyDocument)).toContain('aws:SourceAccount');
  });
});
