import type { ESLint, Rule } from 'eslint';
import ts from 'typescript';

/** What typescript-eslint's parser leaves for rules that ask for types. */
interface TypedServices {
  getTypeAtLocation(node: Rule.Node): ts.Type;
}

/** Dividing numbers makes fractions, which a number cannot hold exactly. `Math.floor` and `Math.trunc` right around it divide whole. */
const noNumberDivision: Rule.RuleModule = {
  meta: {
    type: 'problem',
    messages: { division: 'Division of numbers: use bigint and `divide`, with its rounding named.' },
    schema: [],
  },
  create(context) {
    const services = context.sourceCode.parserServices as unknown as TypedServices;
    const isNumber = (node: Rule.Node) => (services.getTypeAtLocation(node).flags & ts.TypeFlags.NumberLike) !== 0;
    const isMadeWhole = ({ parent }: Rule.Node) =>
      parent?.type === 'CallExpression' && /^Math\.(floor|trunc)$/.test(context.sourceCode.getText(parent.callee));
    return {
      'BinaryExpression[operator=/^(\\/|\\*\\*)$/], AssignmentExpression[operator=/^(\\/|\\*\\*)=$/]'(node: Rule.Node) {
        const left = (node as Rule.Node & { left: Rule.Node }).left;
        if (isNumber(left) && !isMadeWhole(node)) context.report({ node, messageId: 'division' });
      },
    };
  },
};

/** The lines of a function itself: those of functions inside it are theirs. */
const functionLength: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    messages: { long: 'This function has {{lines}} lines of its own (at most {{linesMax}}): it is usually two things.' },
    schema: [{ type: 'object', properties: { linesMax: { type: 'integer' } }, required: ['linesMax'] }],
  },
  create(context) {
    const { linesMax } = context.options[0] as { linesMax: number };
    const linesInside: number[] = [];
    return {
      ':function': () => void linesInside.push(0),
      ':function:exit'(node: Rule.Node) {
        const all = node.loc ? node.loc.end.line - node.loc.start.line + 1 : 0;
        const lines = all - (linesInside.pop() ?? 0);
        const outer = linesInside.length - 1;
        // The first line of an inner function stays with the outer one, where it is written.
        if (outer >= 0) linesInside[outer] = (linesInside[outer] ?? 0) + all - 1;
        if (lines > linesMax)
          context.report({ node, messageId: 'long', data: { lines: String(lines), linesMax: String(linesMax) } });
      },
    };
  },
};

/** `// eslint-disable-next-line rule -- why this place is different` */
const disableNeedsReason: Rule.RuleModule = {
  meta: { type: 'suggestion', messages: { reason: 'Say why: `eslint-disable-next-line <rule> -- <reason>`.' }, schema: [] },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const directive = /^\s*eslint-disable(?:-next-line|-line)?\b(.*)$/s.exec(comment.value)?.[1];
          const [rules = '', reason = ''] = directive?.split(/\s-{2,}\s/) ?? [];
          const isGiven = rules.trim() !== '' && reason.trim() !== '';
          if (directive !== undefined && !isGiven && comment.loc) context.report({ loc: comment.loc, messageId: 'reason' });
        }
      },
    };
  },
};

export const margrave: ESLint.Plugin = {
  rules: {
    'no-number-division': noNumberDivision,
    'function-length': functionLength,
    'disable-needs-reason': disableNeedsReason,
  },
};
