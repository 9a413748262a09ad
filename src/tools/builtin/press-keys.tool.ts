/**
 * Lets an agent press keys of the telephone, as in the menu of another machine: tones in the audio, since a media stream knows no
 * other way (reference twilio.md 4.6; whether every machine takes them so is unverified).
 */
import { IsString, Matches, MaxLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { KEYS } from '../../core/audio/keypad-tones.js';
import { CordboardError } from '../../core/errors.js';
import type { ToolContext } from '../../core/tool/tool.js';
import { CallTool, Tool, ToolFailure } from '../tool.decorator.js';

export class PressKeysInput {
  @JSONSchema({
    description:
      'The keys in order: digits, * and #. A w between them waits half a second, as for a menu that answers.',
  })
  @IsString()
  @Matches(KEYS, { message: 'expected digits, *, #, A to D, w and W' })
  @MaxLength(32)
  digits!: string;
}

@Tool({
  name: 'press_keys',
  description: 'Presses keys of the telephone for the other side to hear, as a menu or a machine asks for.',
  input: PressKeysInput,
})
export class PressKeysTool extends CallTool<PressKeysInput> {
  run({ digits }: PressKeysInput, context: ToolContext): string {
    try {
      context.pressKeys(digits);
    } catch (error) {
      if (error instanceof CordboardError) throw new ToolFailure('There is no line to press keys on.');
      throw error;
    }
    return 'The keys were pressed. Listen to what the other side says now.';
  }
}
