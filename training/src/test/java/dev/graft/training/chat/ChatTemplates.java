package dev.graft.training.chat;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Json;
import dev.graft.models.tokenizer.ChatSettings;
import dev.graft.training.data.DatasetType;
import dev.graft.training.data.Example;
import dev.graft.training.data.Fields;
import dev.graft.training.data.Origin;
import dev.graft.training.data.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Chat templates of the kinds that models have, each with its special tokens. */
final class ChatTemplates {
  private static final Map<String, String> TEMPLATES =
      Map.of(
          "chatml",
          """
          {%- for m in messages -%}
          {{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}
          {%- endfor -%}
          {%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}
          """,
          "default-system",
          """
          {%- if messages[0].role != 'system' -%}
          {{ '<|im_start|>system\\nYou are kind.<|im_end|>\\n' }}
          {%- endif -%}
          {%- for m in messages -%}
          {{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n' }}
          {%- endfor -%}
          {%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}
          """,
          "llama-3",
          """
          {{- bos_token }}
          {%- if strftime_now is defined -%}
          {{ '<|start_header_id|>system<|end_header_id|>\\n\\nToday Date: ' }}
          {{- strftime_now('%d %b %Y') + '<|eot_id|>' }}
          {%- endif -%}
          {%- for m in messages -%}
          {{ '<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n' }}
          {{- m.content | trim + '<|eot_id|>' }}
          {%- endfor -%}
          {%- if add_generation_prompt -%}
          {{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
          {%- endif -%}
          """,
          "gemma",
          """
          {{- bos_token }}
          {%- set system = '' -%}
          {%- set rest = messages -%}
          {%- if messages[0].role == 'system' -%}
          {%- set system = messages[0].content + '\\n\\n' -%}
          {%- set rest = messages[1:] -%}
          {%- endif -%}
          {%- for m in rest -%}
          {%- if (m.role == 'user') != (loop.index0 % 2 == 0) -%}
          {{ raise_exception('Roles must alternate') }}
          {%- endif -%}
          {{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\\n' }}
          {{- (system if loop.first else '') + m.content | trim + '<end_of_turn>\\n' }}
          {%- endfor -%}
          {%- if add_generation_prompt -%}{{ '<start_of_turn>model\\n' }}{%- endif -%}
          """,
          "mistral",
          """
          {{- bos_token }}
          {%- for m in messages -%}
          {%- if m.role == 'assistant' -%}{{ ' ' + m.content + eos_token }}
          {%- else -%}{{ '[INST] ' + m.content + '[/INST]' }}{%- endif -%}
          {%- endfor -%}
          """,
          "tools",
          """
          {%- if tools -%}
          {{ '<|im_start|>system\\n# Tools\\n' }}
          {%- for t in tools -%}{{ t | tojson }}{{ '\\n' }}{%- endfor -%}
          {{ '<|im_end|>\\n' }}
          {%- endif -%}
          {%- for m in messages -%}
          {{ '<|im_start|>' + m.role + '\\n' }}
          {%- if m.content -%}{{ m.content }}{%- endif -%}
          {%- if m.tool_calls -%}
          {%- for c in m.tool_calls -%}
          {{ '<tool_call>\\n{"name": "' + c.function.name + '", "arguments": ' }}
          {{- c.function.arguments | tojson + '}\\n</tool_call>' }}
          {%- endfor -%}
          {%- endif -%}
          {{ '<|im_end|>\\n' }}
          {%- endfor -%}
          {%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}
          """,
          // Thoughts of the last turn alone, empty ones too, as reasoning models have it.
          "thinking",
          """
          {%- for m in messages -%}
          {{ '<|im_start|>' + m.role + '\\n' }}
          {%- if m.role == 'assistant' and loop.last -%}
          {{ '<think>\\n' + (m.reasoning_content or '') + '\\n</think>\\n\\n' }}
          {%- endif -%}
          {{ m.content + '<|im_end|>\\n' }}
          {%- endfor -%}
          {%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}
          """,
          "unfaithful",
          """
          {%- for m in messages -%}
          {{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}
          {%- endfor -%}
          {%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n<think>' }}{%- endif -%}
          """,
          "endless",
          """
          {%- for m in messages -%}{{ '<|im_start|>' + m.role + '\\n' + m.content + '\\n' }}
          {%- endfor -%}
          {%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}
          """);

  private static final Set<String> SPECIAL =
      Set.of(
          "<|im_start|>",
          "<|im_end|>",
          "<|start_header_id|>",
          "<|end_header_id|>",
          "<|eot_id|>",
          "<start_of_turn>",
          "<end_of_turn>",
          "[INST]",
          "[/INST]",
          "<s>",
          "</s>",
          "</tool_call>");
  private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");

  private ChatTemplates() {}

  /** The settings of a model folder with one of the templates. */
  static ChatSettings settings(String name) {
    String template = TEMPLATES.get(name);
    if (template == null) {
      throw new IllegalArgumentException(name);
    }
    return settingsOf(template.strip());
  }

  private static ChatSettings settingsOf(String template) {
    return new ChatSettings(Path.of("model"), Map.of("default", template), TOKENS, SPECIAL);
  }

  /** The template of a family of models, as the renderings of the interpreter are compared with. */
  static ChatTemplate family(String name) throws IOException {
    try (InputStream in =
        ChatTemplates.class.getResourceAsStream("/dev/graft/training/jinja/" + name + ".jinja")) {
      if (in == null) {
        throw new IllegalArgumentException(name);
      }
      String template = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return ChatTemplate.of(settingsOf(template), Optional.empty(), Optional.empty());
    }
  }

  static ChatTemplate of(String name) {
    return ChatTemplate.of(settings(name), Optional.empty(), Optional.empty());
  }

  static ChatTemplate of(String name, LocalDate day) {
    return ChatTemplate.of(settings(name), Optional.empty(), Optional.of(day));
  }

  static Example read(ChatTemplate template, DatasetType type, String row) {
    try {
      Origin origin = new Origin("data.jsonl", 3, 3);
      return template.rows(type).read(new Fields(Json.mapper().readTree(row), origin));
    } catch (IOException e) {
      throw new GraftException(ErrorCode.DATA_MALFORMED, row, e);
    }
  }

  /**
   * A rendering with its roles, as {@code x[<|im_start|>user⏎]i[Hi.]}: s system, i instruction, n
   * input, r response, t template, x special, e end of turn; + and − before it are marks.
   */
  static String roles(Example e) {
    StringBuilder out = new StringBuilder();
    String before = "";
    for (Segment s : e.rendering().segments()) {
      String role =
          switch (s.role()) {
            case SYSTEM -> "s";
            case INSTRUCTION -> "i";
            case INPUT -> "n";
            case RESPONSE -> "r";
            case TEMPLATE -> "t";
            case SPECIAL -> s.endOfTurn() ? "e" : "x";
          };
      String mark =
          switch (s.mark()) {
            case NONE -> "";
            case TRAIN -> "+";
            case SKIP -> "-";
          };
      if (before.equals(mark + role)) {
        out.setLength(out.length() - 1);
      } else {
        out.append(mark).append(role).append('[');
      }
      out.append(s.text().replace("\n", "⏎")).append(']');
      before = mark + role;
    }
    return out.toString();
  }
}
