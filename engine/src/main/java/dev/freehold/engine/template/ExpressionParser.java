// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.engine.template.Lexer.Kind;
import dev.freehold.engine.template.Lexer.Token;
import dev.freehold.engine.template.Node.Argument;
import dev.freehold.engine.template.Node.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions, with the precedence of Jinja's own parser, over one list of tokens. */
final class ExpressionParser {
  /** How deep statements and expressions may nest. */
  private static final int DEPTH = 100;

  private static final Set<String> RESERVED =
      Set.of("and", "or", "not", "in", "is", "if", "else", "elif", "for", "true", "false", "none");

  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final String source;
  private final List<Token> tokens;
  private int at;
  private int depth;

  ExpressionParser(String source, List<Token> tokens) {
    this.source = source;
    this.tokens = tokens;
  }

  TemplateException error(Token token, String message) {
    return Lexer.error(source, token.at(), message);
  }

  void enter() {
    if (++depth > DEPTH) {
      throw error(peek(), "the template nests deeper than " + DEPTH);
    }
  }

  void leave() {
    depth--;
  }

  Token peek() {
    return peek(0);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  Token next() {
    Token token = peek();
    at++;
    return token;
  }

  Token expect(Kind kind, String what) {
    Token token = peek();
    if (token.kind() != kind) {
      throw error(token, what + " is due here, not " + describe(token));
    }
    return next();
  }

  private static String describe(Token token) {
    return switch (token.kind()) {
      case END -> "the end of the template";
      case TEXT -> "text";
      case STRING -> "a string";
      case OPEN_STATEMENT,
          CLOSE_STATEMENT,
          OPEN_EXPRESSION,
          CLOSE_EXPRESSION,
          NAME,
          INTEGER,
          FLOAT,
          OPERATOR ->
          "'" + token.text() + "'";
    };
  }

  void expectEnd() {
    Token token = peek();
    if (token.kind() != Kind.END) {
      throw error(token, "nothing is open that {% " + peek(1).text() + " %} could end");
    }
  }

  void expectName(String name) {
    if (!takeName(name)) {
      throw error(peek(), "'" + name + "' is due here, not " + describe(peek()));
    }
  }

  void expectOperator(String operator) {
    if (!take(operator)) {
      throw error(peek(), "'" + operator + "' is due here, not " + describe(peek()));
    }
  }

  boolean isOperator(String operator) {
    return peek().kind() == Kind.OPERATOR && peek().text().equals(operator);
  }

  private boolean isName(String name) {
    return peek().kind() == Kind.NAME && peek().text().equals(name);
  }

  boolean take(String operator) {
    boolean there = isOperator(operator);
    at += there ? 1 : 0;
    return there;
  }

  boolean takeName(String name) {
    boolean there = isName(name);
    at += there ? 1 : 0;
    return there;
  }

  /** A name that can be set. */
  String variable() {
    Token token = expect(Kind.NAME, "a name");
    if (RESERVED.contains(token.text())) {
      throw error(token, "'" + token.text() + "' can't be set");
    }
    return token.text();
  }

  /** An expression, or several with commas: a tuple. */
  Expression sequence() {
    return sequence(true);
  }

  /** As {@link #sequence}, but an {@code if} belongs to the loop. */
  Expression sequenceWithoutCondition() {
    return sequence(false);
  }

  private Expression sequence(boolean conditional) {
    int start = peek().at();
    Expression first = conditional ? expression() : or();
    if (!isOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (take(",") && startsExpression()) {
      items.add(conditional ? expression() : or());
    }
    return new Node.ListOf(start, items);
  }

  private boolean startsExpression() {
    return switch (peek().kind()) {
      case NAME ->
          !Set.of("if", "else", "recursive", "in", "is", "and", "or").contains(peek().text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> Set.of("(", "[", "{", "-", "+").contains(peek().text());
      case TEXT, OPEN_STATEMENT, CLOSE_STATEMENT, OPEN_EXPRESSION, CLOSE_EXPRESSION, END -> false;
    };
  }

  Expression expression() {
    enter();
    int start = peek().at();
    Expression value = or();
    while (takeName("if")) {
      Expression condition = or();
      Expression otherwise = takeName("else") ? expression() : null;
      value = new Node.Conditional(start, condition, value, otherwise);
    }
    leave();
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (isName("or")) {
      int operator = next().at();
      left = new Node.Binary(operator, "or", left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (isName("and")) {
      int operator = next().at();
      left = new Node.Binary(operator, "and", left, not());
    }
    return left;
  }

  private Expression not() {
    if (!isName("not")) {
      return comparison();
    }
    enter();
    int operator = next().at();
    Expression operand = not();
    leave();
    return new Node.Unary(operator, "not", operand);
  }

  private Expression comparison() {
    int start = peek().at();
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    while (true) {
      if (peek().kind() == Kind.OPERATOR && COMPARISONS.contains(peek().text())) {
        operators.add(next().text());
      } else if (takeName("in")) {
        operators.add("in");
      } else if (isName("not") && peek(1).kind() == Kind.NAME && peek(1).text().equals("in")) {
        at += 2;
        operators.add("not in");
      } else {
        return others.isEmpty() ? first : new Node.Comparison(start, first, operators, others);
      }
      others.add(sum());
    }
  }

  private Expression sum() {
    Expression left = concatenation();
    while (isOperator("+") || isOperator("-")) {
      Token operator = next();
      left = new Node.Binary(operator.at(), operator.text(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    Expression left = product();
    while (isOperator("~")) {
      Token operator = next();
      left = new Node.Binary(operator.at(), "~", left, product());
    }
    return left;
  }

  private Expression product() {
    Expression left = power();
    while (isOperator("*") || isOperator("/") || isOperator("//") || isOperator("%")) {
      Token operator = next();
      left = new Node.Binary(operator.at(), operator.text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (isOperator("**")) {
      Token operator = next();
      left = new Node.Binary(operator.at(), "**", left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean filtered) {
    Expression value;
    if (isOperator("-") || isOperator("+")) {
      enter();
      Token operator = next();
      value = new Node.Unary(operator.at(), operator.text(), unary(false));
      leave();
    } else {
      value = postfix(primary());
    }
    return filtered ? filtered(value) : value;
  }

  private Expression primary() {
    Token token = next();
    return switch (token.kind()) {
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (peek().kind() == Kind.STRING) {
          text.append(next().text());
        }
        yield new Node.Literal(token.at(), Value.Str.of(text.toString(), true));
      }
      case INTEGER -> new Node.Literal(token.at(), new Value.Whole(whole(token), true));
      case FLOAT ->
          new Node.Literal(token.at(), new Value.Real(Double.parseDouble(token.text()), true));
      case NAME ->
          switch (token.text()) {
            case "true", "True" -> new Node.Literal(token.at(), new Value.Bool(true, true));
            case "false", "False" -> new Node.Literal(token.at(), new Value.Bool(false, true));
            case "none", "None" -> new Node.Literal(token.at(), new Value.None());
            case "and", "or", "in", "is", "if", "else", "elif" ->
                throw error(token, "a value is due here, not '" + token.text() + "'");
            default -> new Node.Name(token.at(), token.text());
          };
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> {
              enter();
              if (take(")")) {
                leave();
                yield new Node.ListOf(token.at(), List.of());
              }
              Expression inner = sequence();
              expectOperator(")");
              leave();
              yield inner;
            }
            case "[" -> new Node.ListOf(token.at(), items("]"));
            case "{" -> dictionary(token);
            default -> throw error(token, "a value is due here, not " + describe(token));
          };
      case TEXT, OPEN_STATEMENT, CLOSE_STATEMENT, OPEN_EXPRESSION, CLOSE_EXPRESSION, END ->
          throw error(token, "a value is due here, not " + describe(token));
    };
  }

  private long whole(Token token) {
    try {
      return Long.parseLong(token.text());
    } catch (NumberFormatException e) {
      throw error(token, "the number " + token.text() + " is too large");
    }
  }

  private List<Expression> items(String end) {
    List<Expression> items = new ArrayList<>();
    while (!take(end)) {
      items.add(expression());
      if (!take(",") && !isOperator(end)) {
        throw error(peek(), "',' or '" + end + "' is due here, not " + describe(peek()));
      }
    }
    return items;
  }

  private Expression dictionary(Token start) {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!take("}")) {
      keys.add(expression());
      expectOperator(":");
      values.add(expression());
      if (!take(",") && !isOperator("}")) {
        throw error(peek(), "',' or '}' is due here, not " + describe(peek()));
      }
    }
    return new Node.DictOf(start.at(), keys, values);
  }

  /** Attributes, subscripts and calls. */
  private Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      Token token = peek();
      if (take(".")) {
        Token key = next();
        if (key.kind() == Kind.NAME) {
          Expression name = new Node.Literal(key.at(), Value.Str.of(key.text(), true));
          value = new Node.Member(token.at(), value, name, true);
        } else if (key.kind() == Kind.INTEGER) {
          Expression index = new Node.Literal(key.at(), new Value.Whole(whole(key), true));
          value = new Node.Member(token.at(), value, index, false);
        } else {
          throw error(key, "an attribute's name is due here, not " + describe(key));
        }
      } else if (take("[")) {
        value = subscript(token, value);
      } else if (isOperator("(")) {
        value = new Node.Call(token.at(), value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Token start, Expression object) {
    Expression first = isOperator(":") ? null : sequence();
    if (take("]")) {
      if (first == null) {
        throw error(start, "a key is due here");
      }
      return new Node.Member(start.at(), object, first, false);
    }
    expectOperator(":");
    Expression second = isOperator(":") || isOperator("]") ? null : expression();
    Expression third = take(":") && !isOperator("]") ? expression() : null;
    expectOperator("]");
    return new Node.Slice(start.at(), object, first, second, third);
  }

  private List<Argument> arguments() {
    expectOperator("(");
    List<Argument> arguments = new ArrayList<>();
    boolean named = false;
    while (!take(")")) {
      Token token = peek();
      int stars = take("**") ? 2 : take("*") ? 1 : 0;
      String name = null;
      if (stars == 0
          && token.kind() == Kind.NAME
          && peek(1).kind() == Kind.OPERATOR
          && peek(1).text().equals("=")) {
        name = token.text();
        at += 2;
      }
      named |= name != null || stars == 2;
      if (named && name == null && stars == 0) {
        throw error(token, "arguments by position come before those by name");
      }
      arguments.add(new Argument(expression(), name, stars));
      if (!take(",") && !isOperator(")")) {
        throw error(peek(), "',' or ')' is due here, not " + describe(peek()));
      }
    }
    return arguments;
  }

  /** Filters and tests. */
  private Expression filtered(Expression start) {
    Expression value = start;
    while (true) {
      Token token = peek();
      if (take("|")) {
        value = filter(value);
      } else if (takeName("is")) {
        boolean negated = takeName("not");
        String name = expect(Kind.NAME, "a test's name").text();
        value = new Node.Test(token.at(), value, name, testArguments(), negated);
      } else {
        return value;
      }
    }
  }

  Node.Filter filter(Expression operand) {
    Token name = expect(Kind.NAME, "a filter's name");
    List<Argument> arguments = isOperator("(") ? arguments() : List.of();
    return new Node.Filter(name.at(), operand, name.text(), arguments);
  }

  private List<Argument> testArguments() {
    if (isOperator("(")) {
      return arguments();
    }
    @Nullable Expression single = null;
    Token token = peek();
    boolean value =
        switch (token.kind()) {
          case STRING, INTEGER, FLOAT -> true;
          case NAME -> !RESERVED.contains(token.text()) || isLiteral(token.text());
          case OPERATOR -> token.text().equals("[") || token.text().equals("{");
          case TEXT, OPEN_STATEMENT, CLOSE_STATEMENT, OPEN_EXPRESSION, CLOSE_EXPRESSION, END ->
              false;
        };
    if (value && !token.text().equals("recursive")) {
      single = postfix(primary());
    }
    return single == null ? List.of() : List.of(new Argument(single, null, 0));
  }

  private static boolean isLiteral(String name) {
    return name.equals("true") || name.equals("false") || name.equals("none");
  }
}
