import assert from 'node:assert/strict';
import type { HubServer } from '../../fixtures/hub-server.ts';
import type { OpenEditor } from './editor.ts';
import { stallWeights, startLocalHub } from './localHub.ts';
import { PackagedWorkbench } from './packagedWorkbench.ts';
import { QuickInput } from './quickInput.ts';

const OWN = 'ada/her-model';
const LISTED = { title: 'Mamba-2 370m', repository: 'AntonV/mamba2-370m-hf' };
const TOKEN = 'hf_secret';

describe('models that do not come at once', () => {
  let hub: HubServer;
  let workbench: PackagedWorkbench | undefined;
  let editor: OpenEditor;
  let input: QuickInput;

  before(async () => {
    hub = await startLocalHub([OWN, LISTED.repository]);
    workbench = await PackagedWorkbench.start({ 'mambaComplete.hub.endpoint': hub.url });
    editor = await workbench.open('stock.py');
    input = new QuickInput(editor.page);
  });

  after(async () => {
    await editor.close();
    await workbench?.stop();
    await hub.stop();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.screenshot(`failed ${this.currentTest.title}`);
  });

  it('a gated repository asks for a token, and the token goes to the hub alone', async () => {
    hub.token = TOKEN;
    await input.command('Mamba Complete: Choose a Model');
    await input.pick('Another Repository of the Hub');
    await input.answer('Another Repository of the Hub', `https://huggingface.co/${OWN}`);
    await input.message('access token');
    await editor.screenshot('model gated');
    await input.pressInMessage('access token', 'Enter a Token');
    await input.answer('Access token for', TOKEN);
    const asked = await input.dialog();
    await editor.screenshot('repository confirmation');
    assert.match(asked, /Licence: apache-2\.0/);
    assert.ok(asked.includes(OWN), asked);
    await input.pressInDialog('Download');
    await input.message(`${OWN} is installed and in use`);
    const stored = hub.seen.filter(({ server }) => server === 'storage');
    assert.ok(stored.length > 0);
    assert.deepEqual(
      stored.filter(({ authorization }) => authorization !== undefined),
      [],
    );
  });

  it('what holds no model that runs here says so before anything is loaded', async () => {
    hub.add('ada/pickled', { 'config.json': '{}', 'pytorch_model.bin': 'x' });
    await input.command('Mamba Complete: Choose a Model');
    await input.pick('Another Repository of the Hub');
    await input.answer('Another Repository of the Hub', 'ada/pickled');
    await input.message(/ada\/pickled.*safetensors/);
    await editor.screenshot('repository unusable');
  });

  it('a window that closes in the middle leaves what the next one goes on with', async () => {
    // The new window's browser has a fresh profile, without the token.
    hub.token = undefined;
    const stalled = stallWeights(hub, 700_000);
    await input.command('Mamba Complete: Choose a Model');
    await input.pick(LISTED.title);
    await input.pressInDialog('Download');
    await input.message(/downloading, [1-9]\d* %/);
    await editor.close();
    await stalled.closed;
    hub.everyTime(undefined);

    assert.ok(workbench);
    editor = await workbench.open('stock.py');
    input = new QuickInput(editor.page);
    await input.command('Mamba Complete: Show Options');
    await input.row(`Go On Installing ${LISTED.title}`);
    await editor.screenshot('model unfinished');
    await input.pick('Go On Installing');
    await input.message(`${LISTED.title} is installed and in use`);
    assert.match(hub.requestsFor('model.safetensors').at(-1)?.range ?? '', /^bytes=[1-9]\d*-$/);
  });
});
