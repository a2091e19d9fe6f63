import assert from 'node:assert/strict';
import { isSecret } from '../../../../extension/completion/secrets.ts';

describe('files of secrets', () => {
  for (const path of [
    '/a/.env',
    '/a/.env.local',
    '/a/prod.env',
    'C:\\a\\.ENV',
    '/a/server.pem',
    '/a/tls.key',
    '/a/id_rsa',
    '/a/id_ed25519.pub',
    '/a/.npmrc',
    '/a/.git-credentials',
    '/a/credentials',
    '/a/credentials.json',
    '/a/secrets.yaml',
    '/a/.ssh/config',
    '/a/.aws/config',
    '/a/service-account-x.json',
    '/a/prod.tfvars',
    '/a/prod.auto.tfvars.json',
    '/a/terraform.tfstate.backup',
    '/a/.envrc',
    '/a/.env-production',
    '/a/service_account.json',
    '/a/application_default_credentials.json',
    '/a/gcp-credentials.json',
    '/a/kubeconfig.yaml',
    '/a/local.settings.json',
  ])
    it(`include ${path}`, () => {
      assert.equal(isSecret(path), true);
    });

  for (const path of [
    '/a/environment.ts',
    '/a/env.ts',
    '/a/key.ts',
    '/a/keys/index.ts',
    '/a/credentialsForm.tsx',
    '/a/secrets.ts',
    '/a/ssh/config.go',
    '/a/.environment/index.ts',
    '/a/credentials-provider.ts',
    '/a/settings.json',
    'Untitled-1',
  ])
    it(`do not include ${path}`, () => {
      assert.equal(isSecret(path), false);
    });
});
