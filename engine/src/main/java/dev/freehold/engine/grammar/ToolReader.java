// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the calls out of an answer while it is being written: the inverse of the grammar. Total:
 * what is not of the form before a call's arguments begin is content; what is not of it after them
 * is left out. What it finds does not depend on how the text is cut into pieces. One thread at a
 * time.
 */
@SuppressWarnings("JdkObsolete") // a stream is what hitEnd is for
public final class ToolReader {
  private static final String SPACE = "[ \\n]*+";
  private static final String NAME = "([A-Za-z0-9_.-]{1,64})";

  private enum Place {
    /** Looking for a call. */
    TEXT,
    /** Inside the arguments of one. */
    ARGUMENTS,
    /** Behind them. */
    BEHIND,
    /** Nothing that follows counts. */
    OVER
  }

  private final String mark;

  /** From the opening mark to the brace that opens the arguments; the group is the name. */
  private final Pattern first;

  /** From behind the arguments of a call to the brace that opens those of the next. */
  private final Pattern next;

  private final StringBuilder text = new StringBuilder();
  private final List<String> names = new ArrayList<>();
  private final List<StringBuilder> arguments = new ArrayList<>();
  private Place place = Place.TEXT;

  /** What is looked at next. */
  private int at;

  private int spoken;
  private int depth;
  private boolean inString;
  private boolean escaped;

  /** A reader of one answer. */
  public ToolReader(ToolForm form) {
    mark = form.open();
    String open = Pattern.quote(form.open());
    String call =
        "\\{"
            + SPACE
            + "\"name\""
            + SPACE
            + ":"
            + SPACE
            + ("\"" + NAME + "\"")
            + SPACE
            + ","
            + SPACE
            + ("\"" + form.argumentsName() + "\"")
            + SPACE
            + ":"
            + SPACE
            + "(?=\\{)";
    String end = SPACE + "\\}" + SPACE;
    if (form == ToolForm.LLAMA) {
      first =
          Pattern.compile(
              "[ \\t\\r\\n]*+(?:" + Pattern.quote(ToolForm.PYTHON_TAG) + ")?" + SPACE + call);
      next = Pattern.compile("(?!)");
    } else if (form == ToolForm.MISTRAL_ARGS) {
      String named = open + SPACE + NAME + Pattern.quote(ToolForm.ARGS) + SPACE + "(?=\\{)";
      first = Pattern.compile(named);
      next = Pattern.compile(SPACE + named);
    } else if (form.isList()) {
      first = Pattern.compile(open + SPACE + "\\[" + SPACE + call);
      next = Pattern.compile(end + "," + SPACE + call);
    } else {
      first = Pattern.compile(open + SPACE + call);
      next = Pattern.compile(end + Pattern.quote(form.close()) + SPACE + open + SPACE + call);
    }
  }

  /** Takes the next piece of the answer. */
  public void push(String piece) {
    text.append(piece);
    boolean moving = true;
    while (moving) {
      moving =
          switch (place) {
            case TEXT -> mark.isEmpty() ? begins(0) : finds();
            case ARGUMENTS -> reads();
            case BEHIND -> goesOn();
            case OVER -> false;
          };
    }
  }

  /** How much of the text surely stands before any call, counted in chars. */
  public int spoken() {
    return spoken;
  }

  /** The calls whose arguments have begun. */
  public List<ToolCall> calls() {
    List<ToolCall> calls = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      boolean whole = i < names.size() - 1 || place != Place.ARGUMENTS;
      calls.add(new ToolCall(names.get(i), arguments.get(i).toString(), whole));
    }
    return calls;
  }

  private boolean finds() {
    int found = text.indexOf(mark, at);
    if (found >= 0) {
      spoken = found;
      return begins(found);
    }
    // The mark may have begun at the end.
    int safe = text.length();
    for (int n = Math.min(mark.length() - 1, safe - at); n > 0; n--) {
      if (mark.startsWith(text.substring(safe - n))) {
        safe -= n;
        break;
      }
    }
    at = safe;
    spoken = safe;
    return false;
  }

  /** Whether the first call stands there, or surely doesn't; false while that is open. */
  private boolean begins(int from) {
    Matcher matcher = first.matcher(text).region(from, text.length());
    if (opens(matcher)) {
      return true;
    }
    if (matcher.hitEnd()) {
      return false;
    }
    if (mark.isEmpty()) {
      spoken = Integer.MAX_VALUE;
      place = Place.OVER;
    } else {
      at = from + 1;
    }
    return true;
  }

  private boolean opens(Matcher matcher) {
    matcher.useTransparentBounds(true);
    if (!matcher.lookingAt()) {
      return false;
    }
    names.add(matcher.group(1));
    arguments.add(new StringBuilder());
    at = matcher.end();
    place = Place.ARGUMENTS;
    return true;
  }

  private boolean reads() {
    StringBuilder taken = arguments.getLast();
    while (at < text.length() && place == Place.ARGUMENTS) {
      char c = text.charAt(at++);
      taken.append(c);
      if (inString) {
        inString = escaped || c != '"';
        escaped = !escaped && c == '\\';
      } else if (c == '"') {
        inString = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        place = Place.BEHIND;
      }
    }
    return place == Place.BEHIND;
  }

  private boolean goesOn() {
    Matcher matcher = next.matcher(text).region(at, text.length());
    if (opens(matcher)) {
      return true;
    }
    if (!matcher.hitEnd()) {
      place = Place.OVER;
    }
    return false;
  }
}
