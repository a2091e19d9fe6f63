import assert from 'node:assert/strict';
import { stallWeights } from './localHub.ts';
import { withHubWorkbench } from './hubWorkbench.ts';
import { QuickInput } from './quickInput.ts';

const OWN = 'ada/her-model';
const LISTED = { title: 'Mamba-2 370m', repository: 'AntonV/mamba2-370m-hf' };
const TOKEN = 'hf_secret';

describe('models that do not come at once', () => {
  const parts = withHubWorkbench([OWN, LISTED.repository]);

  it('a gated repository asks for a token, and the token goes to the hub alone', async () => {
    const { hub, input, editor } = parts;
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
    const { hub, input, editor } = parts;
    hub.add('ada/pickled', { 'config.json': '{}', 'pytorch_model.bin': 'x' });
    await input.command('Mamba Complete: Choose a Model');
    await input.pick('Another Repository of the Hub');
    await input.answer('Another Repository of the Hub', 'ada/pickled');
    await input.message(/ada\/pickled.*safetensors/);
    await editor.screenshot('repository unusable');
  });

  it('a window that closes in the middle leaves what the next one goes on with', async () => {
    const { hub, input, editor } = parts;
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

    parts.editor = await parts.workbench.open('stock.py');
    parts.input = new QuickInput(parts.editor.page);
    const { editor: reopened, input: there } = parts;
    await there.command('Mamba Complete: Show Options');
    await there.row(`Go On Installing ${LISTED.title}`);
    await reopened.screenshot('model unfinished');
    await there.pick('Go On Installing');
    await there.message(`${LISTED.title} is installed and in use`);
    assert.match(hub.requestsFor('model.safetensors').at(-1)?.range ?? '', /^bytes=[1-9]\d*-$/);
  });
});
