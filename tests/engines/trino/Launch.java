/** Starts the server of Trino: what trino-server-main does, which is not published. */
public class Launch {
    public static void main(String[] arguments) {
        new io.trino.server.Server().start(arguments[0]);
    }
}
