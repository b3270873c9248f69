// What the machines say while they boot.
param name string
param location string
param tags object
param subnetIds array

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  // checkov:skip=CKV_AZURE_43:The name is an expression here, which the scanner now and then takes for the name itself.
  // checkov:skip=CKV_AZURE_59:It has a public name and lets in the subnets of the cluster alone.
  // checkov:skip=CKV_AZURE_206:Texts of booting machines; lost with the region that they boot in.
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
      virtualNetworkRules: [for one in subnetIds: {
        id: one
        action: 'Allow'
      }]
    }
  }
}

output diagnosticsUri string = account.properties.primaryEndpoints.blob
