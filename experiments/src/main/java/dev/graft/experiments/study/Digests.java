package dev.graft.experiments.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.measure.MeasureSpec;
import dev.graft.models.files.Json;
import dev.graft.models.files.Reading;
import dev.graft.models.files.Sha256;
import dev.graft.training.recipe.DatasetEntry;
import dev.graft.training.recipe.Recipe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a run's numbers depend on, as a digest: the recipe with every default, the measures, and the
 * content of every file that they read, wherever it lies. Files are read once.
 */
final class Digests {
  private static final int SHOWN = 10;

  private static final ObjectMapper MAPPER =
      Json.mapper().copy().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private final Map<Path, String> files = new HashMap<>();

  String ofRun(Recipe recipe, Map<String, MeasureSpec> measures, String engine) {
    Map<String, Object> all = new LinkedHashMap<>();
    Map<String, Object> keys = new TreeMap<>(recipe.toMap());
    keys.remove("output_dir");
    // On how many threads and which device an engine computes changes numbers by rounding only.
    keys.put("backend", Map.of("type", engine, "dtype", recipe.precision().name()));
    keys.put("base_model", of(Path.of(recipe.baseModel())));
    keys.put("datasets", recipe.datasets().stream().map(this::data).toList());
    all.put("recipe", keys);
    all.put("measures", measures(measures));
    return digest(all);
  }

  String ofBase(Recipe recipe, Map<String, MeasureSpec> measures, String engine) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("base_model", of(Path.of(recipe.baseModel())));
    all.put("backend", Map.of("type", engine, "dtype", recipe.precision().name()));
    all.put("measures", measures(measures));
    return engine + "_" + digest(all);
  }

  private Map<String, Object> data(DatasetEntry entry) {
    Map<String, Object> out = new TreeMap<>(ConfigBinder.toMap(entry));
    out.put("path", of(Path.of(entry.path())));
    return out;
  }

  private Map<String, Object> measures(Map<String, MeasureSpec> measures) {
    Map<String, Object> out = new TreeMap<>();
    measures.forEach(
        (name, m) -> {
          Map<String, Object> keys = new TreeMap<>(ConfigBinder.toMap(m));
          keys.remove("label");
          m.path().ifPresent(p -> keys.put("path", of(Path.of(p))));
          out.put(name, keys);
        });
    return out;
  }

  private static String digest(Map<String, Object> value) {
    try {
      byte[] bytes = MAPPER.writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
      return Sha256.of(bytes).substring(0, SHOWN);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of strings and numbers can be written", e);
    }
  }

  /** Of a file, or of the names and contents of the files in a folder. */
  private String of(Path path) {
    String known = files.get(path);
    if (known != null) {
      return known;
    }
    String digest;
    if (Files.isDirectory(path)) {
      StringBuilder all = new StringBuilder();
      list(path).forEach(f -> all.append(f.getFileName()).append(' ').append(of(f)).append('\n'));
      digest = Sha256.of(all.toString().getBytes(StandardCharsets.UTF_8));
    } else if (Files.exists(path)) {
      digest = Sha256.of(path);
    } else {
      throw new GraftException(
          ErrorCode.FILE_MISSING,
          "expected the model or data of the study at '"
              + path
              + "', received no such file; correct the study's file, or give the place with --var");
    }
    files.put(path, digest);
    return digest;
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw Reading.failure(folder, e);
    }
  }
}
