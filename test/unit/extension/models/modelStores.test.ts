import assert from 'node:assert/strict';
import { HubToken, isToken } from '../../../../extension/models/hubToken.ts';
import { Bandwidth } from '../../../../extension/models/bandwidth.ts';
import { networkSettings } from '../../../../extension/models/networkSettings.ts';

function fakeMemento() {
  const values = new Map<string, unknown>();
  return {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as a memento has it
    get: <T>(key: string): T | undefined => values.get(key) as T | undefined,
    update: (key: string, value: unknown) => {
      // A memento forgets undefined, and keeps what JSON keeps.
      if (value === undefined) values.delete(key);
      else values.set(key, JSON.parse(JSON.stringify(value)));
      return Promise.resolve();
    },
  };
}

function fakeSecrets() {
  const values = new Map<string, string>();
  const secrets = {
    get: (key: string) => Promise.resolve(values.get(key)),
    store: (key: string, value: string) => {
      values.set(key, value);
      return Promise.resolve();
    },
    delete: (key: string) => {
      values.delete(key);
      return Promise.resolve();
    },
  };
  return { secrets, values };
}

describe('the access token', () => {
  it('is kept for one endpoint, whatever its path, and given to no other', async () => {
    const { secrets } = fakeSecrets();
    let endpoint = 'https://huggingface.co';
    const token = new HubToken(secrets, () => endpoint);
    await token.set(' hf_abc \n');
    assert.equal(await token.get(), 'hf_abc');
    endpoint = 'https://mirror.example';
    assert.equal(await token.get(), undefined);
    await token.set('other');
    endpoint = 'https://huggingface.co/';
    assert.equal(await token.get(), 'hf_abc');
  });

  it('is gone when it is forgotten', async () => {
    const { secrets, values } = fakeSecrets();
    const token = new HubToken(secrets, () => 'https://huggingface.co');
    await token.set('hf_abc');
    await token.forget();
    assert.equal(await token.get(), undefined);
    assert.equal(values.size, 0);
  });

  it('has no spaces and nothing that a header cannot hold', () => {
    assert.deepEqual(['hf_abc', ' hf_abc\n', '', 'a b', 'ключ', 'a\r\nb'].map(isToken), [
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("the memory's bandwidth", () => {
  it('is known on the machine where it was measured', async () => {
    const store = fakeMemento();
    const here = new Bandwidth(store, 'here');
    assert.equal(here.get(), undefined);
    await here.set(20e9);
    assert.equal(here.get(), 20e9);
    assert.equal(new Bandwidth(store, 'there').get(), undefined);
  });
});

describe("the editor's way to the network", () => {
  const network = (values: Record<string, unknown>) => networkSettings({ get: (key) => values[key] });

  it('is what the environment says where nothing is set', () => {
    const { proxy, noProxy, proxyAuthorization, isStrict } = network({ proxy: '', proxySupport: 'override' });
    assert.deepEqual([proxy, noProxy, proxyAuthorization, isStrict], [undefined, undefined, undefined, true]);
  });

  it('is the proxy that is set, with its exceptions and authorization', () => {
    const set = {
      proxy: 'http://proxy:8080',
      noProxy: ['localhost', 7],
      proxyAuthorization: 'Basic abc',
      proxyStrictSSL: false,
    };
    assert.deepEqual(network(set), {
      proxy: 'http://proxy:8080',
      noProxy: ['localhost'],
      proxyAuthorization: 'Basic abc',
      isStrict: false,
    });
  });

  it('is none where proxies are switched off', () => {
    assert.equal(network({ proxy: 'http://proxy:8080', proxySupport: 'off' }).proxy, null);
  });
});
