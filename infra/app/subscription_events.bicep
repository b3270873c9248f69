// What Azure tells of the health of machines, and of what it is going to do to them, of the whole subscription: such
// topics exist for subscriptions alone. Of clusters that are not ours the app takes no notice.
param name string
param tags object

@description('Resource id of the app, which must be deployed: a subscription needs a function that is there.')
param appId string
param storageAccountName string

module health 'topic.bicep' = {
  name: 'health-of-machines'
  params: {
    name: '${name}-health'
    tags: tags
    source: subscription().id
    topicType: 'Microsoft.ResourceNotifications.HealthResources'
    eventTypes: [
      'Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged'
      'Microsoft.ResourceNotifications.HealthResources.ResourceAnnotated'
    ]
    subjectBeginsWith: ''
    function: '${appId}/functions/vm_event'
    storageAccountName: storageAccountName
    storageResourceGroup: resourceGroup().name
  }
}

module maintenance 'topic.bicep' = {
  name: 'maintenance-of-machines'
  params: {
    name: '${name}-maintenance'
    tags: tags
    source: subscription().id
    topicType: 'Microsoft.ResourceNotifications.MaintenanceResources'
    eventTypes: [
      'Microsoft.ResourceNotifications.MaintenanceResources.ScheduledEventEmitted'
    ]
    subjectBeginsWith: ''
    function: '${appId}/functions/vm_event'
    storageAccountName: storageAccountName
    storageResourceGroup: resourceGroup().name
  }
}
