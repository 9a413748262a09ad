/**
 * Lets an agent hang up that has no system tool for it. What was said so far is played to its end first.
 */
import type { ToolContext } from '../../core/tool/tool.js';
import { CallTool, NoInput, Tool } from '../tool.decorator.js';

@Tool({
  name: 'end_call',
  description: 'Ends the phone call. Call it once everything is settled and you have said goodbye.',
})
export class EndCallTool extends CallTool<NoInput> {
  run(_input: NoInput, context: ToolContext): string {
    context.endCall();
    return 'The call ends when your last words have been heard.';
  }
}
