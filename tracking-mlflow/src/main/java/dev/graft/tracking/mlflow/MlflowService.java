package dev.graft.tracking.mlflow;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.tracking.TrackingServer;
import dev.graft.training.tracking.TrackingService;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/**
 * MLflow servers. Who asks is told by the variables that MLflow's clients know: {@code
 * MLFLOW_TRACKING_USERNAME} with {@code MLFLOW_TRACKING_PASSWORD}, or {@code
 * MLFLOW_TRACKING_TOKEN}; {@code MLFLOW_TRACKING_INSECURE_TLS=true} trusts every certificate.
 */
public final class MlflowService implements TrackingService {
  /** For {@link java.util.ServiceLoader}. */
  public MlflowService() {}

  @Override
  public String name() {
    return "mlflow";
  }

  @Override
  public TrackingServer connect(String uri, String experiment) {
    checkAddress(uri);
    Calls calls = new Calls(uri, new MlflowClient(credentials(uri, System.getenv())));
    String id =
        calls.need(
            c ->
                c.getExperimentByName(experiment)
                    .map(Experiment::getExperimentId)
                    .orElseGet(() -> c.createExperiment(experiment)));
    return run -> MlflowTracker.begin(calls, id, run);
  }

  private static BasicMlflowHostCreds credentials(String uri, Map<String, String> env) {
    return new BasicMlflowHostCreds(
        uri,
        env.get("MLFLOW_TRACKING_USERNAME"),
        env.get("MLFLOW_TRACKING_PASSWORD"),
        env.get("MLFLOW_TRACKING_TOKEN"),
        "true".equals(env.get("MLFLOW_TRACKING_INSECURE_TLS")));
  }

  private static void checkAddress(String uri) {
    try {
      URI parsed = new URI(uri);
      String scheme = parsed.getScheme();
      if (parsed.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
        return;
      }
    } catch (URISyntaxException e) {
      throw refused(uri, e);
    }
    throw refused(uri, null);
  }

  private static GraftException refused(String uri, @Nullable Exception cause) {
    return new GraftException(
        ErrorCode.USAGE,
        "expected the address of an MLflow server as http://host:port or https://host, received '"
            + uri
            + "'; correct --mlflow or MLFLOW_TRACKING_URI. A folder or a database is reached"
            + " through a server: mlflow server --backend-store-uri ...",
        cause);
  }
}
