import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.util.Arrays;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Runs DynamoDB Local on 127.0.0.1 and on a port that the system chooses, which its own main class can't do: it has no
 * option for the address and so listens on every interface. Prints "port N" once it accepts connections, and exits
 * when its standard input ends, that is, when the process that started it is gone.
 */
public final class Loopback {
  public static void main(String[] args) throws Exception {
    DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(withPort(args));
    ServerConnector connector = connectorOf(proxy);
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    proxy.start();
    System.out.println("port " + connector.getLocalPort());
    while (System.in.read() >= 0) {
      // Only the end of the stream matters.
    }
    Runtime.getRuntime().halt(0); // In memory, there is nothing to close or to save.
  }

  /** The option parser refuses port 0, so it gets its default, which is never bound. */
  private static String[] withPort(String[] args) {
    String[] all = Arrays.copyOf(args, args.length + 2);
    all[args.length] = "-port";
    all[args.length + 1] = "8000";
    return all;
  }

  private static ServerConnector connectorOf(DynamoDBProxyServer proxy) throws Exception {
    var field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    return (ServerConnector) ((Server) field.get(proxy)).getConnectors()[0];
  }
}
