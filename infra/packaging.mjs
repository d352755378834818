/**
 * The plugin of serverless.yml: every `package` and `deploy` bundles the functions as they are now, and packs the policy of
 * the stage with them, checked for AWS and resolved.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll, functionNames } from './build.mjs';

const refuse = (serverless, message) => {
  throw new serverless.classes.Error(message);
};

/** A stage that is only a slip of the pen would get the parameters of `default`, and a table of its own. */
const checkStage = (serverless) => {
  const { params = {} } = serverless.configurationInput;
  const stage = serverless.getProvider('aws').getStage();
  const stages = Object.keys(params).filter((name) => name !== 'default');
  if (stages.includes(stage)) return;
  const message = `the stage ${stage} has no parameters; add it under params in serverless.yml (there: ${stages.join(', ')})`;
  refuse(serverless, `${message}; docs/parameters.md says what can stand there`);
};

const policyOf = ({ service, serviceDir }) => join(serviceDir, service.custom.policy);

/** Left out where there is no policy file, so that the template can be looked at before there is one. */
const packPolicy = async (serverless, print) => {
  const { policy: name, credentials, topics, name: stack } = serverless.service.custom;
  const file = policyOf(serverless);
  if (!existsSync(file)) return print(`no policy: there is no ${name}; it can be packaged so, but not deployed`);
  const { packageForAws } = await import('../lib/policy/aws.ts');
  const { providers } = await import('../lib/providers/registry.ts');
  const text = await packageForAws(file, providers, { prefix: credentials, topics, notices: `${stack}-notices` });
  for (const folder of functionNames())
    writeFileSync(join(serverless.serviceDir, 'dist', folder, 'hooksweep.policy.json'), text);
  print(`policy: ${name}, ${JSON.parse(text).hash}`);
};

export default function Packaging(serverless, _options, { log, writeText = console.log } = {}) {
  const print = (text) => writeText(text);
  const build = async () => {
    checkStage(serverless);
    try {
      await buildAll(print);
      await packPolicy(serverless, print);
    } catch (error) {
      log?.info?.(error.stack);
      refuse(serverless, error.message);
    }
  };
  const needPolicy = async () => {
    if (existsSync(policyOf(serverless))) return;
    const { policy } = serverless.service.custom;
    const message = `there is no policy file ${policy}; write it (hooksweep init PROVIDER --config ${policy}) with`;
    refuse(
      serverless,
      `${message} credentials as ssm:/… or secretsmanager:…, or name another one: --param policy=FILE`,
    );
  };
  this.hooks = {
    'before:package:initialize': build,
    'before:deploy:function:initialize': async () => {
      await needPolicy();
      await build();
    },
    'before:deploy:deploy': needPolicy,
  };
}
