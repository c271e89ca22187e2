package dev.graft.tracking.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.graft.models.files.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The few calls of MLflow's REST API that a run needs, answered as its documentation says, with the
 * content that they left.
 */
final class FakeServer implements AutoCloseable {
  private static final String API = "/api/2.0/mlflow/";

  final Map<String, String> experiments = new ConcurrentHashMap<>();
  final Map<String, ObjectNode> runs = new ConcurrentHashMap<>();
  final List<String> calls = new ArrayList<>();
  private final HttpServer server;
  volatile boolean broken;

  FakeServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(API, this::handle);
    server.start();
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  ObjectNode run(String id) {
    return Objects.requireNonNull(runs.get(id), id);
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    String call = exchange.getRequestURI().getPath().substring(API.length());
    String query = exchange.getRequestURI().getRawQuery();
    byte[] body = exchange.getRequestBody().readAllBytes();
    JsonNode in = body.length == 0 ? Json.mapper().nullNode() : Json.mapper().readTree(body);
    calls.add(call);
    int status = 200;
    String answer;
    if (broken) {
      status = 503;
      answer = error("TEMPORARILY_UNAVAILABLE", "out of order");
    } else {
      answer =
          answer(call, in, query == null ? "" : URLDecoder.decode(query, StandardCharsets.UTF_8));
      if (answer.isEmpty()) {
        status = 404;
        answer = error("RESOURCE_DOES_NOT_EXIST", "there is no such thing");
      }
    }
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String error(String code, String message) {
    return Json.mapper()
        .createObjectNode()
        .put("error_code", code)
        .put("message", message)
        .toString();
  }

  /** The answer, or nothing where the thing that is asked for is not there. */
  private String answer(String call, JsonNode in, String query) {
    String argument = query.substring(query.lastIndexOf('=') + 1);
    ObjectNode out = Json.mapper().createObjectNode();
    switch (call) {
      case "experiments/get-by-name" -> {
        if (!experiments.containsKey(argument)) {
          return "";
        }
        out.putObject("experiment")
            .put("experiment_id", experiments.get(argument))
            .put("name", argument);
      }
      case "experiments/create" -> {
        String id = String.valueOf(experiments.size() + 1);
        experiments.put(in.get("name").asText(), id);
        out.put("experiment_id", id);
      }
      case "runs/create" -> {
        String id = "run" + runs.size();
        ObjectNode run = Json.mapper().createObjectNode();
        ObjectNode info = run.putObject("info");
        info.put("run_id", id).put("status", "RUNNING");
        info.set("experiment_id", in.get("experiment_id"));
        info.set("run_name", in.get("run_name"));
        run.putObject("data").putArray("metrics");
        run.withObject("/data").putArray("params");
        run.withObject("/data").set("tags", in.get("tags"));
        runs.put(id, run);
        out.set("run", run);
      }
      case "runs/get" -> {
        if (!runs.containsKey(argument)) {
          return "";
        }
        out.set("run", runs.get(argument));
      }
      case "runs/log-batch" -> {
        ObjectNode run = run(in.get("run_id").asText());
        ((ArrayNode) run.at("/data/metrics")).addAll((ArrayNode) in.withArray("metrics"));
        ((ArrayNode) run.at("/data/params")).addAll((ArrayNode) in.withArray("params"));
      }
      case "runs/update" -> {
        ObjectNode run = run(in.get("run_id").asText());
        run.withObject("/info").set("status", in.get("status"));
        out.set("run_info", run.get("info"));
      }
      default -> {
        return "";
      }
    }
    return out.toString();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
