// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.engine.template.Value.Arguments;
import dev.freehold.engine.template.Value.Failure;
import dev.freehold.engine.template.Value.Sequence;
import dev.freehold.engine.template.Value.Str;
import dev.freehold.engine.template.Value.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Python's methods of strings, as far as templates use them, each unit's provenance kept. */
final class Strings {
  static final Set<String> METHODS =
      Set.of(
          "strip",
          "lstrip",
          "rstrip",
          "split",
          "rsplit",
          "splitlines",
          "startswith",
          "endswith",
          "upper",
          "lower",
          "title",
          "capitalize",
          "replace",
          "find",
          "count",
          "join",
          "isdigit",
          "isalpha",
          "isspace",
          "removeprefix",
          "removesuffix");

  private final Budget budget;
  private final Operations operations;

  Strings(Budget budget, Operations operations) {
    this.budget = budget;
    this.operations = operations;
  }

  Value call(String method, Text text, Arguments arguments) {
    budget.characters(text.length());
    return switch (method) {
      case "strip" -> new Str(strip(text, arguments.only(method, "chars"), true, true));
      case "lstrip" -> new Str(strip(text, arguments.only(method, "chars"), true, false));
      case "rstrip" -> new Str(strip(text, arguments.only(method, "chars"), false, true));
      case "split", "rsplit" -> split(method, text, arguments.only(method, "sep", "maxsplit"));
      case "splitlines" -> lines(text);
      case "startswith", "endswith" -> {
        boolean start = method.equals("startswith");
        Value sought = arguments.only(method, "prefix").get(0, "prefix");
        List<Value> all = sought instanceof Sequence any ? any.items() : List.of(sought);
        boolean found = false;
        for (Value each : all) {
          String part = string(each).value();
          found |= start ? text.value().startsWith(part) : text.value().endsWith(part);
        }
        yield new Value.Bool(found, text.isTrusted());
      }
      case "upper" -> new Str(cased(text, text.value().toUpperCase(Locale.ROOT)));
      case "lower" -> new Str(cased(text, text.value().toLowerCase(Locale.ROOT)));
      case "capitalize" -> new Str(capitalize(text));
      case "title" -> new Str(title(text));
      case "replace" -> new Str(replace(text, arguments.only(method, "old", "new", "count")));
      case "find" ->
          new Value.Whole(
              text.value().indexOf(string(arguments.only(method, "sub").get(0, "sub")).value()),
              text.isTrusted());
      case "count" -> new Value.Whole(count(text, arguments.only(method, "sub")), text.isTrusted());
      case "join" -> new Str(join(arguments.only(method, "items").get(0, "items"), text));
      case "isdigit" -> is(text, Character::isDigit);
      case "isalpha" -> is(text, Character::isLetter);
      case "isspace" -> is(text, Operations::isSpace);
      case "removeprefix" -> {
        String prefix = string(arguments.only(method, "prefix").get(0, "prefix")).value();
        int from = text.value().startsWith(prefix) ? prefix.length() : 0;
        yield new Str(text.sub(from, text.length()));
      }
      case "removesuffix" -> {
        String suffix = string(arguments.only(method, "suffix").get(0, "suffix")).value();
        int cut = text.value().endsWith(suffix) ? suffix.length() : 0;
        yield new Str(text.sub(0, text.length() - cut));
      }
      default -> throw new Failure("strings have no method '" + method + "'");
    };
  }

  static Text string(Value value) {
    return switch (value) {
      case Str(Text text) -> text;
      default -> throw new Failure("a string is due here, not " + value.kind());
    };
  }

  private static Value is(Text text, IntPredicate all) {
    boolean is = text.length() > 0 && text.value().codePoints().allMatch(all);
    return new Value.Bool(is, text.isTrusted());
  }

  private static Text strip(Text text, Arguments arguments, boolean left, boolean right) {
    Value given = arguments.get(0, "chars");
    @Nullable String characters =
        given instanceof Undefined || given instanceof Value.None ? null : string(given).value();
    String value = text.value();
    int from = 0;
    int to = value.length();
    while (left && from < to) {
      int point = value.codePointAt(from);
      if (!stripped(point, characters)) {
        break;
      }
      from += Character.charCount(point);
    }
    while (right && from < to) {
      int point = value.codePointBefore(to);
      if (!stripped(point, characters)) {
        break;
      }
      to -= Character.charCount(point);
    }
    return text.sub(from, to);
  }

  private static boolean stripped(int point, @Nullable String characters) {
    return characters == null ? Operations.isSpace(point) : characters.indexOf(point) >= 0;
  }

  /** {@code str.strip()}. */
  static Text trimmed(Text text) {
    return strip(text, Arguments.NONE, true, true);
  }

  private Value split(String method, Text text, Arguments arguments) {
    Value separator = arguments.get(0, "sep");
    Value most = arguments.get(1, "maxsplit");
    long limit = most instanceof Undefined ? -1 : Operations.whole(most);
    if (limit < 0) {
      limit = Long.MAX_VALUE;
    }
    if (separator instanceof Undefined || separator instanceof Value.None) {
      if (method.equals("rsplit") && limit != Long.MAX_VALUE) {
        throw new Failure("rsplit with a limit needs a separator");
      }
      return words(text, limit);
    }
    String by = string(separator).value();
    if (by.isEmpty()) {
      throw new Failure("the separator of " + method + " is empty");
    }
    List<Value> parts = new ArrayList<>();
    String value = text.value();
    if (method.equals("rsplit")) {
      int to = value.length();
      while (parts.size() < limit && to >= by.length()) {
        budget.step();
        int found = value.lastIndexOf(by, to - by.length());
        if (found < 0) {
          break;
        }
        parts.add(new Str(text.sub(found + by.length(), to)));
        to = found;
      }
      parts.add(new Str(text.sub(0, to)));
      Collections.reverse(parts);
      return Sequence.of(parts);
    }
    int from = 0;
    for (int found = value.indexOf(by);
        found >= 0 && parts.size() < limit;
        found = value.indexOf(by, from)) {
      budget.step();
      parts.add(new Str(text.sub(from, found)));
      from = found + by.length();
    }
    parts.add(new Str(text.sub(from, value.length())));
    return Sequence.of(parts);
  }

  private Value words(Text text, long limit) {
    List<Value> parts = new ArrayList<>();
    String value = text.value();
    int at = skip(value, 0, true);
    while (at < value.length()) {
      budget.step();
      if (parts.size() >= limit) {
        parts.add(new Str(text.sub(at, value.length())));
        break;
      }
      int end = skip(value, at, false);
      parts.add(new Str(text.sub(at, end)));
      at = skip(value, end, true);
    }
    return Sequence.of(parts);
  }

  private static int skip(String value, int from, boolean spaces) {
    int at = from;
    while (at < value.length() && Operations.isSpace(value.charAt(at)) == spaces) {
      at++;
    }
    return at;
  }

  private Value lines(Text text) {
    List<Value> parts = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      budget.step();
      int end = text.value().indexOf('\n', from);
      int to = end < 0 ? text.length() : end;
      int cut = end > from && text.value().charAt(end - 1) == '\r' ? 1 : 0;
      parts.add(new Str(text.sub(from, to - cut)));
      from = to + 1;
    }
    return Sequence.of(parts);
  }

  /** The whole text in another case; where its length changes, nothing of it stays trusted. */
  private static Text cased(Text text, String changed) {
    Text.Builder out = new Text.Builder();
    if (changed.length() != text.length()) {
      return out.append(changed, text.isTrusted()).build();
    }
    for (int from = 0; from < changed.length(); ) {
      int to = text.sameTrust(from);
      out.append(changed.substring(from, to), text.isTrusted(from, to));
      from = to;
    }
    return out.build();
  }

  private Text mapped(Text text, IntPredicate up, IntPredicate down) {
    Text.Builder out = new Text.Builder();
    String value = text.value();
    for (int i = 0; i < value.length(); ) {
      int point = value.codePointAt(i);
      int next = i + Character.charCount(point);
      String one = value.substring(i, next);
      String changed =
          up.test(i)
              ? one.toUpperCase(Locale.ROOT)
              : down.test(i) ? one.toLowerCase(Locale.ROOT) : one;
      out.append(changed, text.isTrusted(i, next));
      i = next;
    }
    budget.characters(out.length());
    return out.build();
  }

  Text capitalize(Text text) {
    return mapped(text, at -> at == 0, at -> at > 0);
  }

  Text title(Text text) {
    String value = text.value();
    IntPredicate starts = at -> at == 0 || !Character.isLetter(value.codePointBefore(at));
    return mapped(text, starts, starts.negate());
  }

  /**
   * Replaces; what stands in place of text that came from an input is not trusted either, or an
   * input could say where the template's words go.
   */
  private Text replace(Text text, Arguments arguments) {
    String old = string(arguments.get(0, "old")).value();
    Text with = string(arguments.get(1, "new"));
    Value most = arguments.get(2, "count");
    boolean unlimited = most instanceof Undefined || most instanceof Value.None;
    long limit = unlimited ? -1 : Operations.whole(most);
    if (limit < 0) {
      limit = Long.MAX_VALUE;
    }
    Text.Builder out = new Text.Builder();
    String value = text.value();
    int from = 0;
    long done = 0;
    for (int found = value.indexOf(old); found >= 0 && done < limit; done++) {
      budget.characters(with.length());
      out.append(text.sub(from, found));
      if (old.isEmpty() ? text.isTrusted() : text.isTrusted(found, found + old.length())) {
        out.append(with);
      } else {
        out.append(with.value(), false);
      }
      if (out.length() > Budget.OUTPUT) {
        throw new Failure("a text grows beyond " + Budget.OUTPUT + " characters");
      }
      from = found + old.length();
      if (old.isEmpty()) {
        if (found >= value.length()) {
          break;
        }
        found = value.offsetByCodePoints(found, 1);
      } else {
        found = value.indexOf(old, from);
      }
    }
    return out.append(text.sub(Math.min(from, value.length()), value.length())).build();
  }

  Text replaced(Text text, Arguments arguments) {
    return replace(text, arguments.only("replace", "old", "new", "count"));
  }

  private static long count(Text text, Arguments arguments) {
    String sought = string(arguments.get(0, "sub")).value();
    if (sought.isEmpty()) {
      throw new Failure("count needs something to look for");
    }
    long count = 0;
    for (int at = text.value().indexOf(sought); at >= 0; count++) {
      at = text.value().indexOf(sought, at + sought.length());
    }
    return count;
  }

  /** Joins the items' texts. */
  Text join(Value items, Text separator) {
    Text.Builder out = new Text.Builder();
    boolean first = true;
    for (Value item : operations.items(items)) {
      Text text = operations.display(item);
      budget.step();
      budget.characters((long) text.length() + separator.length());
      if (!first) {
        out.append(separator);
      }
      out.append(text);
      first = false;
      if (out.length() > Budget.OUTPUT) {
        throw new Failure("a text grows beyond " + Budget.OUTPUT + " characters");
      }
    }
    return out.build();
  }

  /** Indents every line but the first, and no empty one, unless told otherwise. */
  Text indent(Text text, Arguments arguments) {
    Value width = arguments.get(0, "width");
    String by =
        switch (width) {
          case Undefined ignored -> "    ";
          case Str(Text own) -> own.value();
          default -> " ".repeat(Math.clamp(Operations.whole(width), 0, 1000));
        };
    boolean first = arguments.get(1, "first").truth();
    boolean blank = arguments.get(2, "blank").truth();
    boolean trusted = text.isTrusted() && width.isTrusted();
    Text.Builder out = new Text.Builder();
    int from = 0;
    while (true) {
      budget.step();
      budget.characters(by.length());
      int end = text.value().indexOf('\n', from);
      int to = end < 0 ? text.length() : end + 1;
      boolean empty = to == from || end == from;
      if ((from > 0 || first) && (!empty || blank)) {
        out.append(by, trusted);
      }
      out.append(text.sub(from, to));
      if (out.length() > Budget.OUTPUT) {
        throw new Failure("a text grows beyond " + Budget.OUTPUT + " characters");
      }
      if (end < 0) {
        return out.build();
      }
      from = to;
    }
  }
}
