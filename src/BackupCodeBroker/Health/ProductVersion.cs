using System.Reflection;

namespace BackupCodeBroker.Health;

/// <summary>The version of this program.</summary>
internal static class ProductVersion
{
    /// <summary>With the commit, where the build knew it, for telemetry: which build runs is what an operator compares there.</summary>
    public static string Build { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>Such as <c>0.1.0</c>, without what a build adds to it.</summary>
    public static string Text { get; } = Build.Split('+')[0];
}
