namespace BackupCodeBroker.Server;

/// <summary>
/// Bounds what the platform logs of itself. Below warnings its logs spell the paths and queries of requests, and with them whatever secret somebody put
/// into a path by mistake; so they begin at warnings, whatever the configuration says of them.
/// </summary>
internal static class PlatformLogs
{
    private static readonly string[] Categories = ["Microsoft.", "System."];

    /// <summary>Bounds every rule there is, those of a configuration that is read again included.</summary>
    public static void Bound(IServiceCollection services) => services.PostConfigure<LoggerFilterOptions>(options =>
    {
        for (var i = 0; i < options.Rules.Count; i++)
        {
            var rule = options.Rules[i];
            options.Rules[i] = new LoggerFilterRule(rule.ProviderName, rule.CategoryName, rule.LogLevel, (provider, category, level) =>
                (level >= LogLevel.Warning || !IsPlatform(category)) && (rule.Filter is null || rule.Filter(provider, category, level)));
        }
    });

    private static bool IsPlatform(string? category) =>
        category is not null && Array.Exists(Categories, c => category.StartsWith(c, StringComparison.Ordinal));
}
