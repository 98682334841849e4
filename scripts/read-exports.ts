import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Node, type Program, parseSync } from 'oxc-parser';

/** Something that an entry exports, as its source declares it. */
export interface Exported {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'type';
  /** Without its body; of an interface, what it extends. */
  readonly signature: string;
  /** The docstring as one text; empty where there is none. */
  readonly doc: string;
  readonly members: readonly Member[];
}

export interface Member {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
}

/** What a module exports: first what its own folder declares, in the order of its export declarations, then the rest. */
export function readExports(entry: string): Exported[] {
  const parsed = new Map<string, Source>();
  const open = (file: string) => {
    const known = parsed.get(file) ?? sourceOf(file);
    parsed.set(file, known);
    return known;
  };
  const isElsewhere = (statement: Node) =>
    statement.type === 'ExportNamedDeclaration' && statement.source?.value.startsWith('../') === true;
  const { body } = open(entry).program;
  const ordered = [...body.filter((one) => !isElsewhere(one)), ...body.filter(isElsewhere)];
  return ordered.flatMap((statement): Exported[] => {
    if (statement.type !== 'ExportNamedDeclaration') return [];
    if (statement.source === null) return declared(open(entry), statement);
    const target = open(resolve(dirname(entry), statement.source.value));
    return statement.specifiers.map(({ local }) => {
      const name = 'name' in local ? local.name : local.value;
      const found = target.program.body.find((one) => declares(one, name));
      if (found?.type !== 'ExportNamedDeclaration') throw new Error(`${target.file} does not declare ${name}`);
      return declared(target, found)[0] as Exported;
    });
  });
}

interface Source {
  readonly file: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly { readonly start: number; readonly end: number; readonly value: string }[];
}

function sourceOf(file: string): Source {
  const text = readFileSync(file, 'utf8');
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  return { file, text, program, comments };
}

function declares(statement: Node, name: string): boolean {
  if (statement.type !== 'ExportNamedDeclaration' || statement.declaration === null) return false;
  const { declaration } = statement;
  return 'id' in declaration && declaration.id !== null && 'name' in declaration.id && declaration.id.name === name;
}

function declared(source: Source, statement: Node): Exported[] {
  if (statement.type !== 'ExportNamedDeclaration') return [];
  const { declaration } = statement;
  const doc = docBefore(source, statement.start);
  const slice = (from: number, to: number) => source.text.slice(from, to).replaceAll(/\s+/g, ' ').trim();
  switch (declaration?.type) {
    case 'FunctionDeclaration': {
      const end = declaration.body?.start ?? declaration.end;
      const signature = slice(declaration.start, end).replace(/^(?:async )?function /, '');
      return [{ name: declaration.id?.name ?? '', kind: 'function', signature, doc, members: [] }];
    }
    case 'TSInterfaceDeclaration': {
      const signature = slice(declaration.start, declaration.body.start).replace(/^interface /, '');
      const members = declaration.body.body.flatMap((member) => memberOf(source, member));
      return [{ name: declaration.id.name, kind: 'type', signature, doc, members }];
    }
    case 'TSTypeAliasDeclaration': {
      const signature = slice(declaration.start, declaration.end).replace(/^type |;$/g, '');
      return [{ name: declaration.id.name, kind: 'type', signature, doc, members: [] }];
    }
    case 'ClassDeclaration': {
      const members = declaration.body.body.flatMap((member) => memberOf(source, member));
      return [{ name: declaration.id?.name ?? '', kind: 'class', signature: declaration.id?.name ?? '', doc, members }];
    }
    default:
      return [];
  }
}

/** Of interfaces and classes; what is private, and a constructor, is not for readers. */
function memberOf(source: Source, member: Node): Member[] {
  const isNamed =
    member.type === 'TSPropertySignature' || member.type === 'TSMethodSignature' || member.type === 'MethodDefinition';
  if (!isNamed || (member.type === 'MethodDefinition' && member.kind === 'constructor')) return [];
  const { key } = member;
  const name = key.type === 'Identifier' ? key.name : source.text.slice(key.start, key.end);
  if (key.type === 'PrivateIdentifier' || ('computed' in member && member.computed)) return [];
  const end = member.type === 'MethodDefinition' ? (member.value.body?.start ?? member.end) : member.end;
  const type = source.text
    .slice(key.end, end)
    .replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/^\?/, '')
    .replace(/^:/, '')
    .replace(/;\s*$/, '')
    .trim();
  const isOptional = source.text[key.end] === '?';
  return [{ name: isOptional ? `${name}?` : name, type, doc: docBefore(source, member.start) }];
}

/** The docstring that ends right before this place. */
function docBefore({ text, comments }: Source, start: number): string {
  const comment = comments.findLast(({ end }) => end <= start);
  if (comment === undefined || !comment.value.startsWith('*') || text.slice(comment.end, start).trim() !== '')
    return '';
  return comment.value
    .replaceAll(/^[ \t]*\*+ ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
