/** What is told to ElevenLabs of a tool: options, their defaults, and the vendor's own schema over all of it. */
import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { clientToolConfig } from '../../src/tools/client-tool-config.js';
import { describedTools, type DescribedTool } from '../../src/tools/described-tools.js';
import { Constant, FromVariable } from '../../src/tools/supplied.decorator.js';
import type { ToolOptions } from '../../src/tools/tool-options.js';
import { CallTool, IndependentTool, Tool } from '../../src/tools/tool.decorator.js';
import { environmentWith } from '../support/builders.js';
import { vendorSchemas } from '../simulators/elevenlabs/vendor-schemas.js';

class Card {
  @JSONSchema({ description: 'Suit.' })
  @IsIn(['hearts', 'spades'])
  @IsString()
  suit!: string;
}
class Everything {
  @JSONSchema({ description: 'A name.' })
  @IsString()
  name!: string;
  @JSONSchema({ description: 'How many.' })
  @IsOptional()
  @IsInt()
  count?: number;
  @JSONSchema({ description: 'Price.' })
  @IsNumber()
  price!: number;
  @JSONSchema({ description: 'Gift.' })
  @IsBoolean()
  gift!: boolean;
  @JSONSchema({ description: 'Words.' })
  @IsArray()
  @IsString({ each: true })
  words!: string[];
  @JSONSchema({ description: 'Cards.' })
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Card)
  cards!: Card[];
  @JSONSchema({ description: 'The card.' })
  @ValidateNested()
  @Type(() => Card)
  card!: Card;
  @FromVariable('customer_id')
  @IsString()
  customer!: string;
  @Constant(7)
  @IsInt()
  shop!: number;
  @Constant(['a', 'b'])
  @IsArray()
  list!: string[];
}

function described(options: Partial<ToolOptions>): {
  tool: DescribedTool | undefined;
  faults: readonly string[];
} {
  @Tool({ name: 'some_tool', description: 'Does something.', ...options })
  class SomeTool extends CallTool {
    run(): void {}
  }
  const { tools, faults } = describedTools([wrapperOf(SomeTool)], environmentWith());
  return { tool: tools[0], faults };
}

function wrapperOf(metatype: new () => object) {
  return { name: metatype.name, metatype, scope: undefined, isDependencyTreeStatic: () => true };
}

function configOf(options: Partial<ToolOptions>): Record<string, unknown> {
  const { tool, faults } = described(options);
  expect(faults).toEqual([]);
  if (!tool) throw new Error('no tool was described');
  return { ...clientToolConfig(tool) };
}

const FULL: Partial<ToolOptions> = {
  input: Everything,
  timeoutMs: 60_000,
  responseTimeoutSeconds: 90,
  expectsResponse: false,
  executionMode: 'async',
  preToolSpeech: 'force',
  toolCallSound: 'elevator2',
  toolCallSoundBehavior: 'always',
  interruptionMode: 'disable_during_tool_and_turn',
  toolErrorHandlingMode: 'summarized',
  assignments: [{ dynamicVariable: 'order_state', valuePath: 'order.state', sanitize: true }],
};

describe('what ElevenLabs is told of a tool', () => {
  it('is right for a phone call where nothing is said', () => {
    expect(configOf({})).toEqual({
      type: 'client',
      name: 'some_tool',
      description: 'Does something.',
      parameters: { type: 'object', properties: {}, required: [] },
      expects_response: true,
      response_timeout_secs: 17,
      execution_mode: 'immediate',
      pre_tool_speech: 'auto',
      tool_call_sound: null,
      tool_call_sound_behavior: 'auto',
      interruption_mode: 'allow',
      tool_error_handling_mode: 'passthrough',
      assignments: [],
    });
  });

  it('is what was said otherwise', () => {
    expect(configOf(FULL)).toMatchObject({
      expects_response: false,
      response_timeout_secs: 90,
      execution_mode: 'async',
      pre_tool_speech: 'force',
      tool_call_sound: 'elevator2',
      tool_call_sound_behavior: 'always',
      interruption_mode: 'disable_during_tool_and_turn',
      tool_error_handling_mode: 'summarized',
      assignments: [
        {
          source: 'response',
          dynamic_variable: 'order_state',
          value_path: 'order.state',
          sanitize: true,
          preserve_native_type: false,
        },
      ],
    });
  });

  it('waits longer than the tool may take, so that our words arrive first', () => {
    expect(configOf({ timeoutMs: 4001 })).toMatchObject({ response_timeout_secs: 7 });
  });

  it("fits the vendor's own schema, which refuses what is not in it", () => {
    const vendor = vendorSchemas();
    // Said aloud by the tests of the wire, which need the same folder.
    if (!vendor) return;
    const faultsOf = (config: object) => vendor.faultsOfAnswer('ClientToolConfig-Input', config);
    for (const config of [configOf({}), configOf(FULL)]) {
      expect(faultsOf(config)).toBeUndefined();
      expect(vendor.faultsOfAnswer('ToolRequestModel', { tool_config: config })).toBeUndefined();
    }
    const fine = configOf({});
    expect(faultsOf({ ...fine, response_timeout_secs: 121 })).toBeDefined();
    expect(faultsOf({ ...fine, execution_mode: 'later' })).toBeDefined();
    expect(faultsOf({ ...fine, unknown: 1 })).toBeDefined();
  });
});

describe('an option that makes no sense', () => {
  it.each([
    ['no time for the answer', { timeoutMs: 10_000, responseTimeoutSeconds: 10 }, /longer than timeoutMs/],
    ['more time than the vendor gives', { responseTimeoutSeconds: 121 }, /from 1 to 120/],
    ['a mode that is none', { executionMode: 'later' as 'async' }, /executionMode must be one of immediate/],
    ['a sound that is none', { toolCallSound: 'bell' as 'typing' }, /toolCallSound must be one of typing/],
    ['nobody at once', { maxConcurrent: 0 }, /maxConcurrent/],
    [
      'a variable of the vendor',
      { assignments: [{ dynamicVariable: 'system__x', valuePath: 'a' }] },
      /system__x/,
    ],
    ['no path', { assignments: [{ dynamicVariable: 'x', valuePath: '' }] }, /valuePath is empty/],
  ] as readonly [string, Partial<ToolOptions>, RegExp][])(
    'is refused at boot: %s',
    (_name, options, fault) => {
      expect(described(options).faults).toEqual([expect.stringMatching(fault)]);
    },
  );
});

describe('a tool', () => {
  it('is not there when this deployment does not have it', () => {
    expect(described({ enabled: () => false })).toEqual({ tool: undefined, faults: [] });
    expect(described({ enabled: ({ MAX_CONCURRENT_CALLS }) => MAX_CONCURRENT_CALLS > 0 }).tool).toBeDefined();
  });

  it('needs a call unless it says that it does not, or takes a value from one', () => {
    expect(described({}).tool?.needsCall).toBe(true);
    @Tool({ name: 'free', description: 'Needs nothing.', input: Card })
    class FreeTool extends IndependentTool<Card> {
      run(): void {}
    }
    @Tool({ name: 'bound', description: 'Needs a variable.', input: Everything })
    class BoundTool extends IndependentTool<Everything> {
      run(): void {}
    }
    const { tools } = describedTools([wrapperOf(FreeTool), wrapperOf(BoundTool)], environmentWith());
    expect(tools.map(({ name, needsCall }) => [name, needsCall])).toEqual([
      ['free', false],
      ['bound', true],
    ]);
  });
});
