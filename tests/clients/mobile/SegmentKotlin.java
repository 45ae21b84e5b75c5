// The story told by analytics-kotlin, the client for Android, on a JVM: host, key, names of the person and how many views.
// It sends until its input ends.

import com.segment.analytics.kotlin.core.compat.Builders;
import com.segment.analytics.kotlin.core.compat.ConfigurationBuilder;
import com.segment.analytics.kotlin.core.compat.JavaAnalytics;
import java.util.Map;

class SegmentKotlin {
    public static void main(String[] arguments) throws Exception {
        String host = arguments[0], key = arguments[1], user = arguments[2], email = arguments[3];
        int viewed = Integer.parseInt(arguments[4]);

        JavaAnalytics analytics = new JavaAnalytics(new ConfigurationBuilder(key)
            .setApplication("app")
            .setApiHost(host + "/v1")
            .setCdnHost(host + "/v1")
            .setFlushAt(10)
            .setFlushInterval(1)
            .build());
        analytics.purgeStorage();

        analytics.screen("Giày", Map.of("path", "/giày"));
        for (int n = 0; n < viewed; n++) {
            int number = n;
            analytics.track("Product Viewed", Builders.buildJsonObject(it -> it.put("n", number)));
        }
        analytics.identify(user, Map.of("email", email, "name", "Nguyễn Thị Lan"));
        analytics.track("Order Completed", Builders.buildJsonObject(it -> it.put("order_id", "A-1").put("total", 25.5)));
        analytics.group("g1", Map.of("name", "Shop & Söhne"));
        analytics.flush();
        System.out.println(analytics.anonymousId());
        System.in.read();
        System.exit(0);
    }
}
