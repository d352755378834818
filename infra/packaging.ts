/**
 * The plugin of serverless.yml: every `package` and `deploy` bundles the functions as they are now, and packs the policy of
 * the stage with them, checked for AWS and resolved. Source maps go where the packages go, and not into them.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageForAws } from '../lib/policy/aws.ts';
import { buildAll, functionNames } from './build.ts';
import { type MapsFramework, uploadMaps, zipMaps } from './maps.ts';

/** What of the framework is used here. */
export type Framework = MapsFramework & {
  service: { custom: { name: string; policy: string; credentials: string; topics: readonly unknown[] } };
  configurationInput: { params?: Record<string, unknown> };
  /** The command line. */
  processedInput: { commands: readonly string[] };
  getProvider(name: 'aws'): { getStage(): string };
  /** An error that it prints without a stack. */
  classes: { Error: new (message: string) => Error };
};
type Print = (text: string) => void;

/** A stage that is only a slip of the pen would get the parameters of `default`, and a table of its own. */
const checkStage = (framework: Framework): void => {
  const { configurationInput, classes } = framework;
  const stage = framework.getProvider('aws').getStage();
  const stages = Object.keys(configurationInput.params ?? {}).filter((name) => name !== 'default');
  if (stages.includes(stage)) return;
  const instead = `add it under params in serverless.yml (there: ${stages.join(', ')})`;
  throw new classes.Error(
    `the stage ${stage} has no parameters; ${instead}; docs/parameters.md says what can stand there`,
  );
};

const policyFile = ({ service, serviceDir }: Framework): string => join(serviceDir, service.custom.policy);

/** Left out where there is no policy file, so that the template can be looked at before there is one. */
const packPolicy = async (framework: Framework, print: Print): Promise<void> => {
  const { policy: name, credentials, topics, name: stack } = framework.service.custom;
  const file = policyFile(framework);
  if (!existsSync(file)) return print(`no policy: there is no ${name}; it can be packaged so, but not deployed`);
  // Loaded here, for the framework takes no plugin that awaits at its top.
  const { providers } = await import('../lib/providers/registry.ts');
  const text = await packageForAws(file, providers, { prefix: credentials, topics, notices: `${stack}-notices` });
  for (const folder of functionNames())
    writeFileSync(join(framework.serviceDir, 'dist', folder, 'hooksweep.policy.json'), text);
  print(`policy: ${name}, ${JSON.parse(text).hash}`);
};

const needPolicy = (framework: Framework): void => {
  if (existsSync(policyFile(framework))) return;
  const { policy } = framework.service.custom;
  const message = `there is no policy file ${policy}; write it (hooksweep init PROVIDER --config ${policy}) with`;
  throw new framework.classes.Error(
    `${message} credentials as ssm:/… or secretsmanager:…, or name another one: --param policy=FILE`,
  );
};

const build = async (framework: Framework, print: Print): Promise<void> => {
  checkStage(framework);
  if (framework.processedInput.commands[0] === 'deploy') needPolicy(framework);
  try {
    await buildAll(print);
    await packPolicy(framework, print);
  } catch (error) {
    throw new framework.classes.Error(error instanceof Error ? error.message : String(error));
  }
};

export default class Packaging {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;

  constructor(framework: Framework, _options?: object, { writeText = console.log }: { writeText?: Print } = {}) {
    const print: Print = (text) => writeText(text);
    const now = () => build(framework, print);
    this.hooks = {
      'before:package:initialize': now,
      'before:deploy:function:initialize': now,
      'after:package:createDeploymentArtifacts': () => zipMaps(framework, functionNames()),
      'after:aws:deploy:deploy:uploadArtifacts': () => uploadMaps(framework),
    };
  }
}
