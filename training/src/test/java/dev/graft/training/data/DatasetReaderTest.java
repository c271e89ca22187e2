package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetReaderTest {
  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("data.json"), content);
  }

  private List<Example> alpaca(String content) throws IOException {
    return DatasetReader.read(file(content), DatasetType.ALPACA);
  }

  private void refuses(String content, ErrorCode code, String... parts) {
    assertThatThrownBy(() -> alpaca(content))
        .isInstanceOfSatisfying(GraftException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContainingAll(parts)
        .hasMessageContaining("data.json")
        .hasMessageContaining("expected")
        .hasMessageContaining("received");
  }

  @Test
  void readsAnArray() throws IOException {
    List<Example> examples =
        alpaca(
            """

            [
            {"instruction": "Add", "input": "1 2", "output": "3"},
            {"instruction": "Greet", "output": "Hi \\ud83d\\ude00", "id": 7},
            {"instruction": "Wait", "input": null, "output": ""}
            ]
            """);
    String name = folder.resolve("data.json").toString();
    assertThat(examples)
        .containsExactly(
            new AlpacaExample(new Origin(name, 1, 3), "Add", "1 2", "3"),
            new AlpacaExample(new Origin(name, 2, 4), "Greet", "", "Hi 😀"),
            new AlpacaExample(new Origin(name, 3, 5), "Wait", "", ""));
  }

  @Test
  void readsPlainText() throws IOException {
    Path path = Files.writeString(folder.resolve("book.txt"), "\ufeffOne.\n\n{Two}\n");
    assertThat(DatasetReader.read(path, DatasetType.TEXT))
        .containsExactly(new TextExample(new Origin(path.toString(), 1, 1), "One.\n\n{Two}\n"));
    Path rows = file("{\"text\": \"One\"}\n{\"text\": \"Two\", \"id\": 1}\n");
    assertThat(DatasetReader.read(rows, DatasetType.TEXT))
        .containsExactly(
            new TextExample(new Origin(rows.toString(), 1, 1), "One"),
            new TextExample(new Origin(rows.toString(), 2, 2), "Two"));
    Path blank = Files.writeString(folder.resolve("blank.txt"), " \n");
    assertThatThrownBy(() -> DatasetReader.read(blank, DatasetType.TEXT))
        .hasMessageContaining("type text")
        .hasMessageContaining("received none");
    assertThatThrownBy(() -> DatasetReader.read(file("{\"txt\": 1}"), DatasetType.TEXT))
        .hasMessageContaining("'text'");
  }

  @Test
  void readsLinesWhateverTheFileIsCalled() throws IOException {
    Path path =
        file(
            """
            \ufeff
            {"prompt": "2+2=", "completion": "4"}

            {"prompt": "", "completion": "Köln"}""");
    assertThat(DatasetReader.read(path, DatasetType.PROMPT_COMPLETION))
        .containsExactly(
            new PromptCompletionExample(new Origin(path.toString(), 1, 2), "2+2=", "4"),
            new PromptCompletionExample(new Origin(path.toString(), 2, 4), "", "Köln"));
  }

  @Test
  void refusesAMissingFileAndAFolder() {
    assertThatThrownBy(() -> DatasetReader.read(folder.resolve("absent.json"), DatasetType.ALPACA))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_MISSING))
        .hasMessageContainingAll("alpaca", "absent.json", "no such file");
    assertThatThrownBy(() -> DatasetReader.read(folder, DatasetType.PROMPT_COMPLETION))
        .hasMessageContainingAll("prompt-completion", "a folder");
  }

  @Test
  void refusesDataSetsWithoutRows() {
    refuses("", ErrorCode.DATA_EMPTY, "none");
    refuses(" \n\t\n", ErrorCode.DATA_EMPTY, "none");
    refuses("[]", ErrorCode.DATA_EMPTY, "none");
  }

  @Test
  void refusesOtherFiles() {
    refuses("instruction,output\n", ErrorCode.DATA_MALFORMED, "starts with 'i'");
    refuses("😀", ErrorCode.DATA_MALFORMED, "JSON array, JSON Lines");
  }

  @Test
  void namesTheMalformedLine() {
    String good = "{\"instruction\": \"a\", \"output\": \"b\"}\n";
    refuses(good + "\n" + good + "{\"instruction\": \"a\",", ErrorCode.DATA_MALFORMED, "line 4");
    refuses(good + "{\"instruction\" \"a\"}", ErrorCode.DATA_MALFORMED, "line 2", "column");
    refuses(good + good.strip() + " {}", ErrorCode.DATA_MALFORMED, "line 2");
    refuses(good + "[1]", ErrorCode.DATA_MALFORMED, "row 2 (line 2)", "an object", "array");
    refuses(good + "nonsense", ErrorCode.DATA_MALFORMED, "line 2", "nonsense");
  }

  @Test
  void namesTheMalformedRowOfAnArray() {
    String good = "[\n{\"instruction\": \"a\", \"output\": \"b\"}";
    refuses(good, ErrorCode.DATA_MALFORMED, "row 2", "line 2");
    refuses("\n" + good + ",\n{\"instruction\": a}]", ErrorCode.DATA_MALFORMED, "row 2", "line 4");
    refuses(good + ",\n7]", ErrorCode.DATA_MALFORMED, "row 2 (line 3)", "an object", "number");
    refuses(good + "]\n[]", ErrorCode.DATA_MALFORMED, "line 3", "nothing after the array");
    refuses(good + ",]", ErrorCode.DATA_MALFORMED, "row 2");
  }

  @Test
  void refusesMissingAndMistypedFields() {
    refuses(
        "[{\"instruction\": \"a\", \"outputs\": \"b\"}]",
        ErrorCode.DATA_MALFORMED,
        "row 1 (line 1)",
        "the field 'output'",
        "Did you mean 'outputs'?",
        "The row has: instruction, outputs");
    refuses("{}", ErrorCode.DATA_MALFORMED, "the field 'instruction'");
    refuses(
        "[{\"instruction\": \"a\", \"output\": null}]",
        ErrorCode.DATA_MALFORMED,
        "the field 'output'");
    refuses(
        "[{\"instruction\": \"a\", \"output\": 3}]",
        ErrorCode.DATA_MALFORMED,
        "a string in the field 'output'",
        "number");
    refuses(
        "[{\"instruction\": \"a\", \"input\": [], \"output\": \"b\"}]",
        ErrorCode.DATA_MALFORMED,
        "a string in the field 'input'",
        "array");
    refuses(
        "[{\"instruction\": \"a\", \"instruction\": \"c\", \"output\": \"b\"}]",
        ErrorCode.DATA_MALFORMED,
        "Duplicate field 'instruction'");
  }

  @Test
  void refusesHalvesOfSurrogatePairs() {
    refuses(
        "[{\"instruction\": \"a\", \"output\": \"b\\ud83d\"}]",
        ErrorCode.DATA_MALFORMED,
        "surrogate",
        "'output'");
  }

  @Test
  void refusesBytesThatAreNotUtf8() throws IOException {
    byte[] latin1 =
        "[{\"instruction\": \"Köln\", \"output\": \"b\"}]".getBytes(StandardCharsets.ISO_8859_1);
    Path path = Files.write(folder.resolve("data.json"), latin1);
    assertThatThrownBy(() -> DatasetReader.read(path, DatasetType.ALPACA))
        .isInstanceOfSatisfying(
            GraftException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_MALFORMED))
        .hasMessageContainingAll("expected UTF-8", "data.json");
  }
}
