import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { convert } from '../../../engine/weights/convert.ts';
import { MANIFEST_FILE } from '../../../engine/weights/manifest.ts';
import { openPackage } from '../../../engine/weights/package.ts';
import { readConfig } from '../../../engine/weights/read-config.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';
import {
  huggingFaceConfig,
  randomGraniteConfig,
  writeRandomCheckpoint,
} from '../../fixtures/random-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

describe("Granite's config.json", () => {
  const folder = temporaryFolder();
  const path = join(folder, 'config.json');
  const write = (change: Record<string, unknown>): void => {
    writeFileSync(path, JSON.stringify({ ...huggingFaceConfig(randomGraniteConfig()), ...change }));
  };

  it('is read as it is written, in the names of old and new versions of transformers', async () => {
    write({});
    assert.deepEqual((await readConfig(folder)).config, randomGraniteConfig());
    write({ layer_types: ['linear_attention', 'full_attention', 'linear_attention'] });
    assert.deepEqual((await readConfig(folder)).config, randomGraniteConfig());
    write({ layer_types: undefined, layers_block_type: ['mamba', 'attention', 'mamba'] });
    assert.deepEqual((await readConfig(folder)).config, randomGraniteConfig());
  });

  it('may leave out what follows from the rest', async () => {
    // 64 hidden channels in 4 heads of attention, 2 · 64 in 4 of the recurrence.
    write({ head_dim: undefined, mamba_d_head: 'auto', position_embedding_type: null });
    assert.deepEqual((await readConfig(folder)).config, randomGraniteConfig());
    write({ eos_token_id: [2, 7], num_key_value_heads: undefined });
    const { config } = await readConfig(folder);
    assert.equal(config.eosTokenId, 2);
    assert.equal(config.architecture === 'granite-hybrid' && config.attention.kvHeads, 4);
  });

  const refusals: [change: Record<string, unknown>, field: string, action: RegExp][] = [
    [{ num_local_experts: 62 }, 'num_local_experts', /experts .* not supported yet: choose .*Granite 4\.0-H/],
    [{ num_local_experts: undefined }, 'num_local_experts', /not supported yet/],
    [{ position_embedding_type: 'rope' }, 'position_embedding_type', /rotary positions is not supported yet/],
    [{ mamba_proj_bias: true }, 'mamba_proj_bias', /another model/],
    [{ mamba_conv_bias: false }, 'mamba_conv_bias', /another model/],
    [{ hidden_act: 'gelu' }, 'hidden_act', /another model/],
    [{ num_key_value_heads: 3 }, 'num_key_value_heads', /another model/],
    [{ layer_types: ['mamba', 'attention'] }, 'layer_types', /another model/],
    [{ layer_types: ['mamba', 'mlp', 'mamba'] }, 'layer_types', /another model/],
    [{ layer_types: ['attention', 'attention', 'attention'] }, 'layer_types', /another model/],
    [{ mamba_d_conv: 1 }, 'mamba_d_conv', /another model/],
    [{ mamba_n_groups: 3 }, 'mamba_n_groups', /another model/],
    [{ mamba_expand: 3 }, 'mamba_n_heads', /another model/],
    [{ residual_multiplier: 0 }, 'residual_multiplier', /another model/],
    [{ model_type: 'falcon_h1' }, 'model_type', /^Falcon-H1 is not supported yet: choose .*Codestral Mamba/],
    [{ model_type: 'nemotron_h' }, 'model_type', /^Nemotron-H is not supported yet/],
    [{ model_type: 'zamba2' }, 'model_type', /^Zamba2 is not/],
    [{ model_type: 'bamba' }, 'model_type', /^Bamba is not/],
    [{ model_type: 'jamba' }, 'model_type', /^Jamba is not/],
  ];
  for (const [change, field, action] of refusals) {
    it(`refuses ${JSON.stringify(change)}`, async () => {
      write(change);
      await assertBadInput(readConfig(folder), { source: path, field, action });
    });
  }
});

describe("Granite's package", () => {
  const folder = temporaryFolder();
  const destination = join(folder, 'package');
  let manifest: string;
  before(async () => {
    writeRandomCheckpoint(join(folder, 'source'), randomGraniteConfig());
    const made = await convert({ source: join(folder, 'source'), destination, bits: 4, block: 32 });
    manifest = JSON.stringify(made);
  });

  it('has projections of attention and MLP in 4 bits, the embedding in 8 and the rest in full', () => {
    const { tensors } = JSON.parse(manifest) as { tensors: Record<string, { bits?: number }> };
    const bits = (name: string): number => tensors[name]?.bits ?? 32;
    const layer = 'model.layers.1';
    for (const name of ['q_proj', 'k_proj', 'v_proj', 'o_proj'])
      assert.equal(bits(`${layer}.self_attn.${name}.weight`), 4, name);
    for (const name of ['input_linear', 'output_linear'])
      assert.equal(bits(`${layer}.shared_mlp.${name}.weight`), 4, name);
    assert.equal(bits('model.layers.0.mamba.in_proj.weight'), 4);
    assert.equal(bits('model.embed_tokens.weight'), 8);
    assert.equal(bits(`${layer}.input_layernorm.weight`), 32);
  });

  const refusals: [field: string, value: unknown][] = [
    ['config.architecture', 'granite'],
    ['config.attention', null],
    ['config.attention.layers', [3]],
    ['config.attention.layers', [1, 1]],
    ['config.attention.layers', [0, 1, 2]],
    ['config.attention.kvHeads', 3],
    ['config.attention.headDim', 0],
    ['config.attention.bias', 'yes'],
    ['config.mlpSize', -1],
    ['config.multipliers.residual', 0],
    ['config.multipliers.logits', null],
  ];
  for (const [field, value] of refusals) {
    it(`refuses ${field} = ${JSON.stringify(value)}`, async () => {
      const changed = JSON.parse(manifest) as Record<string, unknown>;
      const path = field.split('.');
      let at: Record<string, unknown> = changed;
      for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
      at[path.at(-1) ?? ''] = value;
      writeFileSync(join(destination, MANIFEST_FILE), JSON.stringify(changed));
      const expected = field === 'config.attention' ? 'config.attention.heads' : field;
      await assertBadInput(openPackage(destination), { field: expected });
    });
  }
});
