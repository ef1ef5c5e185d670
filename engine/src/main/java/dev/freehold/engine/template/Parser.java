// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.engine.template.Lexer.Kind;
import dev.freehold.engine.template.Lexer.Token;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the statements of a template; {@link ExpressionParser} reads what stands inside them. */
final class Parser {
  private final ExpressionParser expressions;
  private int loops;

  private Parser(String source) {
    expressions = new ExpressionParser(source, Lexer.tokens(source));
  }

  static List<Node.Statement> parse(String source) {
    Parser parser = new Parser(source);
    List<Node.Statement> all = parser.body();
    parser.expressions.expectEnd();
    return all;
  }

  /** Statements up to the end or to a tag that belongs to the statement around them. */
  private List<Node.Statement> body(String... ends) {
    expressions.enter();
    List<Node.Statement> body = new ArrayList<>();
    while (true) {
      Token token = expressions.peek();
      if (token.kind() == Kind.TEXT) {
        expressions.next();
        body.add(new Node.Raw(token.at(), Text.literal(token.text())));
      } else if (token.kind() == Kind.OPEN_EXPRESSION) {
        expressions.next();
        Node.Expression value = expressions.sequence();
        expressions.expect(Kind.CLOSE_EXPRESSION, "'}}'");
        body.add(new Node.Output(token.at(), value));
      } else if (token.kind() == Kind.OPEN_STATEMENT && !List.of(ends).contains(nextName())) {
        expressions.next();
        Node.@Nullable Statement statement = statement(token.at());
        if (statement != null) {
          body.add(statement);
        }
      } else {
        if (token.kind() == Kind.END && ends.length > 0) {
          throw expressions.error(
              token, "the template ends where {% " + ends[ends.length - 1] + " %} is due");
        }
        expressions.leave();
        return List.copyOf(body);
      }
    }
  }

  private String nextName() {
    Token token = expressions.peek(1);
    return token.kind() == Kind.NAME ? token.text() : "";
  }

  private Node.@Nullable Statement statement(int at) {
    Token keyword = expressions.expect(Kind.NAME, "the name of a statement");
    return switch (keyword.text()) {
      case "set" -> set(at);
      case "if" -> condition(at);
      case "for" -> loop(at);
      case "macro" -> macro(at);
      case "call" -> callBlock(at);
      case "filter" -> {
        List<Node.Filter> filters = filters();
        close();
        List<Node.Statement> body = outsideLoops("endfilter");
        yield new Node.FilterBlock(at, filters, body);
      }
      case "break", "continue" -> {
        if (loops == 0) {
          throw expressions.error(keyword, keyword.text() + " stands in no loop");
        }
        close();
        yield keyword.text().equals("break") ? new Node.Break(at) : new Node.Continue(at);
      }
      case "generation", "endgeneration" -> {
        close();
        yield null;
      }
      default ->
          throw expressions.error(keyword, "there is no statement '" + keyword.text() + "' here");
    };
  }

  private void close() {
    expressions.expect(Kind.CLOSE_STATEMENT, "'%}'");
  }

  /** The body of something that a break can't leave, and its end. */
  private List<Node.Statement> outsideLoops(String end) {
    int outer = loops;
    loops = 0;
    List<Node.Statement> body = body(end);
    loops = outer;
    end(end);
    return body;
  }

  private void end(String name) {
    expressions.expect(Kind.OPEN_STATEMENT, "{% " + name + " %}");
    expressions.expectName(name);
    close();
  }

  private Node.Statement set(int at) {
    List<String> names = names();
    String attribute = null;
    if (names.size() == 1 && expressions.take(".")) {
      attribute = expressions.expect(Kind.NAME, "an attribute's name").text();
    }
    if (expressions.take("=")) {
      Node.Expression value = expressions.sequence();
      close();
      return new Node.Assign(at, names, attribute, value);
    }
    if (names.size() > 1 || attribute != null) {
      throw expressions.error(expressions.peek(), "'=' is due here");
    }
    List<Node.Filter> filters = expressions.isOperator("|") ? filters() : List.of();
    close();
    return new Node.AssignBlock(at, names.getFirst(), filters, outsideLoops("endset"));
  }

  /** Filters in a row, applied to a block; the first one may stand without its bar. */
  private List<Node.Filter> filters() {
    Node.Expression block = new Node.Literal(expressions.peek().at(), new Value.None());
    List<Node.Filter> filters = new ArrayList<>();
    expressions.take("|");
    do {
      filters.add(expressions.filter(block));
    } while (expressions.take("|"));
    return filters;
  }

  private List<String> names() {
    boolean parentheses = expressions.take("(");
    List<String> names = new ArrayList<>();
    do {
      names.add(expressions.variable());
    } while (expressions.take(",") && expressions.peek().kind() == Kind.NAME);
    if (parentheses && !expressions.take(")")) {
      throw expressions.error(expressions.peek(), "')' is due here");
    }
    return names;
  }

  private Node.Statement condition(int at) {
    expressions.enter();
    Node.Expression condition = expressions.expression();
    close();
    List<Node.Statement> then = body("elif", "else", "endif");
    List<Node.Statement> otherwise = List.of();
    if (nextName().equals("elif")) {
      Token open = expressions.next();
      expressions.next();
      otherwise = List.of(condition(open.at()));
    } else {
      if (nextName().equals("else")) {
        expressions.next();
        expressions.next();
        close();
        otherwise = body("endif");
      }
      end("endif");
    }
    expressions.leave();
    return new Node.If(at, condition, then, otherwise);
  }

  private Node.Statement loop(int at) {
    List<String> names = names();
    expressions.expectName("in");
    Node.Expression items = expressions.sequenceWithoutCondition();
    Node.Expression condition = expressions.takeName("if") ? expressions.expression() : null;
    boolean recursive = expressions.takeName("recursive");
    close();
    loops++;
    List<Node.Statement> body = body("else", "endfor");
    loops--;
    List<Node.Statement> otherwise = List.of();
    if (nextName().equals("else")) {
      expressions.next();
      expressions.next();
      close();
      otherwise = body("endfor");
    }
    end("endfor");
    return new Node.For(at, names, items, condition, recursive, body, otherwise);
  }

  private Node.Statement macro(int at) {
    String name = expressions.variable();
    List<Node.Parameter> parameters = parameters();
    close();
    return new Node.Macro(at, name, parameters, outsideLoops("endmacro"));
  }

  private Node.Statement callBlock(int at) {
    List<Node.Parameter> parameters = expressions.isOperator("(") ? parameters() : List.of();
    Token start = expressions.peek();
    if (!(expressions.expression() instanceof Node.Call call)) {
      throw expressions.error(start, "{% call %} needs the call of a macro");
    }
    close();
    return new Node.CallBlock(at, parameters, call, outsideLoops("endcall"));
  }

  private List<Node.Parameter> parameters() {
    expressions.expectOperator("(");
    List<Node.Parameter> parameters = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    boolean defaults = false;
    while (!expressions.take(")")) {
      Token token = expressions.peek();
      String name = expressions.variable();
      if (!seen.add(name)) {
        throw expressions.error(token, "there are two parameters '" + name + "'");
      }
      Node.Expression value = expressions.take("=") ? expressions.expression() : null;
      if (defaults && value == null) {
        throw expressions.error(
            token, "'" + name + "' needs a default, as those before it have one");
      }
      defaults = value != null;
      parameters.add(new Node.Parameter(name, value));
      if (!expressions.take(",") && !expressions.isOperator(")")) {
        throw expressions.error(expressions.peek(), "',' or ')' is due here");
      }
    }
    return parameters;
  }
}
